import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { config as loadEnv } from 'dotenv';
import { z } from 'zod';
import { type Config, configSchema } from './config.js';
import { faultSentences, type JsonNode } from './configFaults.js';
import { KgmentorError } from './errors.js';

/** Where the common server is and how to log in; flags over environment over `.env` over the configuration. */
export interface Connection {
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly database?: string;
}

/** The JSON Schema of `kgmentor.json`, for editors. */
export const jsonSchema = (): unknown => z.toJSONSchema(configSchema, { io: 'input' });

/**
 * Checks a configuration and fills in the defaults.
 *
 * @param where what errors call it
 * @throws KgmentorError USAGE: each fault with its place, unknown keys with the nearest known ones
 * @example
 * parseConfig({ sources: { movies: { nodes: [{ label: 'Movie', key: 'id' }] } } }, 'kgmentor.json');
 */
export function parseConfig(input: unknown, where: string): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = faultSentences(parsed.error.issues, jsonSchema() as JsonNode);
  throw new KgmentorError('USAGE', `${where}: ${faults.slice(0, 5).join('; ')}.`, {
    next: 'Correct the file; kgmentor.schema.json lists all keys with their meaning.',
  });
}

/**
 * Reads `kgmentor.json` and `.env` beside it.
 *
 * @throws KgmentorError USAGE when the file is missing, no JSON or at fault
 */
export function loadConfig(file: string): Config {
  if (!existsSync(file))
    throw new KgmentorError('USAGE', `There is no configuration ${file}.`, {
      next: 'Write one with `kgmentor init`, or name another with --config.',
    });
  let input: unknown;
  try {
    input = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new KgmentorError('USAGE', `${file} is no JSON: ${(cause as Error).message}.`, {
      next: 'Correct the file.',
      cause,
    });
  }
  const config = parseConfig(input, path.basename(file));
  const folder = path.dirname(path.resolve(file));
  return {
    ...config,
    runs: path.resolve(folder, config.runs),
    alignments: config.alignments.map((one) =>
      'file' in one ? { ...one, file: path.resolve(folder, one.file) } : one,
    ),
  };
}

/** Flags about the connection; the password never is one. */
export interface ConnectionFlags {
  /** The configuration, beside which a `.env` may lie. */
  readonly config?: string;
  readonly uri?: string;
  readonly username?: string;
  readonly database?: string;
}

/** Fills the environment up from `.env` beside the configuration and in the working folder. */
export function readEnv(config = 'kgmentor.json'): void {
  const folders = [path.dirname(path.resolve(config)), process.cwd()];
  loadEnv({ quiet: true, path: [...new Set(folders)].map((folder) => path.join(folder, '.env')) });
}

/**
 * Where the queue's Redis server is: a flag before `KGMENTOR_REDIS_URL`.
 *
 * @throws KgmentorError USAGE where a flag holds a log-in, which all users of the machine could read
 */
export function redisOf(flags: { readonly config?: string; readonly redis?: string }): string {
  if (flags.redis?.includes('@'))
    throw new KgmentorError('USAGE', '--redis holds a log-in, which others on this machine can read.', {
      next: 'Give the whole address in KGMENTOR_REDIS_URL.',
    });
  readEnv(flags.config);
  return flags.redis ?? (process.env.KGMENTOR_REDIS_URL || 'redis://localhost:6379');
}

/**
 * The common connection. Writing commands may have credentials of their own in `KGMENTOR_WRITE_USERNAME` and
 * `KGMENTOR_WRITE_PASSWORD`. What is set but empty counts as absent.
 *
 * @example
 * await connect(connectionOf({ uri: 'bolt://localhost:7687' }));
 */
export function connectionOf(flags: ConnectionFlags, purpose: 'read' | 'write' = 'read'): Connection {
  readEnv(flags.config);
  const { env } = process;
  // A user named by a flag is not the one that the writing password is for.
  const writer = purpose === 'write' && !flags.username && Boolean(env.KGMENTOR_WRITE_USERNAME);
  return {
    uri: flags.uri ?? (env.NEO4J_URI || 'bolt://localhost:7687'),
    username: flags.username ?? ((writer ? env.KGMENTOR_WRITE_USERNAME : env.NEO4J_USERNAME) || 'neo4j'),
    password: (writer ? env.KGMENTOR_WRITE_PASSWORD : env.NEO4J_PASSWORD) || undefined,
    database: flags.database ?? (env.NEO4J_DATABASE || 'neo4j'),
  };
}
