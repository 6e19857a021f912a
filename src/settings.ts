import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { config as loadEnv } from 'dotenv';
import { z } from 'zod';
import { type Config, type ConfigInput, configSchema } from './config.js';
import { KgmentorError } from './errors.js';
import { nearest } from './kg/nearest.js';

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
export function parseConfig(input: ConfigInput | unknown, where: string): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = flat(parsed.error.issues).map((issue) => describe(issue));
  throw new KgmentorError('USAGE', `${where}: ${[...new Set(faults)].slice(0, 5).join('; ')}.`, {
    next: 'Correct the file; the README lists its keys.',
  });
}

type Issue = z.core.$ZodIssue;

/** A union's issues hide in its branches: the branch that got furthest tells most. */
function flat(issues: readonly Issue[], under: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue) => {
    const at = [...under, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const branches = issue.errors.filter(
        (branch) => !branch.some(({ code }) => code === 'invalid_type' && branch.length > 2),
      );
      const best = (branches.length > 0 ? branches : issue.errors).reduce((a, b) =>
        b.length < a.length ? b : a,
      );
      return flat(best, at);
    }
    return [{ ...issue, path: at }];
  });
}

function describe(issue: Issue): string {
  const at = issue.path.map(String).join('.') || 'the top level';
  if (issue.code !== 'unrecognized_keys') return `${at}: ${issue.message.replace(/^Invalid input: /, '')}`;
  return issue.keys
    .map((key) => {
      const [near] = nearest(key, keysAt(issue.path));
      return `unknown key ${JSON.stringify(key)} at ${at}${near ? `, did you mean ${JSON.stringify(near)}?` : ''}`;
    })
    .join('; ');
}

/** The keys that the schema knows at a place, for the nearest one to a wrong one. */
function keysAt(at: readonly PropertyKey[]): string[] {
  let nodes: JsonNode[] = [jsonSchema() as JsonNode];
  for (const step of at)
    nodes = nodes.flatMap(variants).flatMap((node) => {
      const next =
        typeof step === 'number'
          ? node.items
          : (node.properties?.[String(step)] ??
            (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined));
      return next && !Array.isArray(next) ? [next] : [];
    });
  return nodes.flatMap(variants).flatMap((node) => Object.keys(node.properties ?? {}));
}

interface JsonNode {
  properties?: Record<string, JsonNode>;
  additionalProperties?: JsonNode | boolean;
  items?: JsonNode;
  anyOf?: JsonNode[];
}

const variants = (node: JsonNode): JsonNode[] => [node, ...(node.anyOf ?? []).flatMap(variants)];

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
    input = JSON.parse(readFileSync(file, 'utf8'));
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
  readonly uri?: string;
  readonly username?: string;
  readonly database?: string;
}

/**
 * The common connection. Writing commands may have credentials of their own in `KGMENTOR_WRITE_USERNAME` and
 * `KGMENTOR_WRITE_PASSWORD`.
 */
export function connectionOf(flags: ConnectionFlags, purpose: 'read' | 'write' = 'read'): Connection {
  loadEnv({ quiet: true });
  const { env } = process;
  const writer = purpose === 'write' && env.KGMENTOR_WRITE_USERNAME !== undefined;
  return {
    uri: flags.uri ?? env.NEO4J_URI ?? 'bolt://localhost:7687',
    username: flags.username ?? (writer ? env.KGMENTOR_WRITE_USERNAME : env.NEO4J_USERNAME) ?? 'neo4j',
    password: (writer ? env.KGMENTOR_WRITE_PASSWORD : env.NEO4J_PASSWORD) || undefined,
    database: flags.database ?? env.NEO4J_DATABASE ?? 'neo4j',
  };
}
