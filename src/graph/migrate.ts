import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../errors.js';
import { refuseStopped } from './batches.js';
import type { Graph } from './connect.js';
import { cypher, packageFolder } from './cypher.js';
import { type MigrationFile, readMigrations } from './migrationFiles.js';
import { first, rows, runOne } from './rows.js';

/** The name under which neo4j-migrations' own runner takes its lock, so that each keeps the other out. */
const LOCK = 'John Doe';

export interface MigrateOptions {
  /** Lists what would be applied and writes nothing. */
  readonly dryRun?: boolean;
  /** Removes the lock that a crashed run left behind, before anything else. */
  readonly unlock?: boolean;
  /** Folder of the migrations; the package's own where absent. */
  readonly folder?: string;
  /** Seconds to wait while another migrator holds the lock; 10 where absent. */
  readonly waitSeconds?: number;
  /** Aborting ends it between two statements, with the lock given back. */
  readonly signal?: AbortSignal;
}

export interface MigrateResult {
  /** File names that this call applied, in order. */
  readonly applied: readonly string[];
  /** File names that still wait: not empty in a dry run only. */
  readonly pending: readonly string[];
  /** File names that were applied before. */
  readonly before: readonly string[];
  /** Whether `unlock` found a lock to remove. */
  readonly unlocked: boolean;
}

interface Applied {
  version: string;
  source: string;
  checksum: string;
}

/**
 * Brings the database's schema to this version of the program: applies the files of `migrations/` that the
 * database does not have, in order, each recorded once its statements are done. A run that dies in between is
 * taken up by the next one, for every statement says IF NOT EXISTS.
 *
 * @throws KgmentorError SCHEMA where the history was changed, is newer than this program, or another run holds
 *   the lock; INTERRUPTED after a stop.
 * @example
 * const { applied } = await migrate(graph, {}); // ['V0001__own_nodes.cypher']
 */
export async function migrate(graph: Graph, options: MigrateOptions = {}): Promise<MigrateResult> {
  const files = await readMigrations(options.folder ?? packageFolder('migrations'));
  const unlocked = options.unlock === true && options.dryRun !== true && (await unlock(graph, null));
  let { before, pending } = await compare(graph, files);
  if (options.dryRun || pending.length === 0) {
    return { applied: [], pending: pending.map((f) => f.source), before, unlocked };
  }
  const id = await lock(graph, options);
  try {
    ({ before, pending } = await compare(graph, files));
    const connectedAs = await currentUser(graph);
    for (const file of pending) {
      const after = files[files.indexOf(file) - 1]?.version ?? 'BASELINE';
      await apply(graph, file, { after, id, connectedAs, signal: options.signal });
    }
  } finally {
    await unlock(graph, id);
  }
  return { applied: pending.map((f) => f.source), pending: [], before, unlocked };
}

/** Refuses to go on where the database lacks a migration of this program or has one that it does not know. */
export async function requireSchema(graph: Graph): Promise<void> {
  const { pending } = await compare(graph, await readMigrations(packageFolder('migrations')));
  if (pending.length > 0) {
    throw new KgmentorError('SCHEMA', `The database lacks ${pending.map((f) => f.source).join(', ')}.`, {
      next: 'Run `kgmentor migrate`, then this command again.',
    });
  }
}

async function compare(
  graph: Graph,
  files: readonly MigrationFile[],
): Promise<{ before: string[]; pending: MigrationFile[] }> {
  const history = await graph.read(async (tx) =>
    rows<Applied>(await tx.run(cypher('write-migration-history'))),
  );
  history.forEach((applied, i) => {
    const file = files[i];
    const known = files.find((f) => f.version === applied.version);
    if (!known) {
      throw new KgmentorError(
        'SCHEMA',
        `The database has the migration ${applied.source}, unknown to this program.`,
        {
          next: 'Use the newer kgmentor that wrote it, or keep other migrations in another database.',
        },
      );
    }
    if (known !== file) {
      throw new KgmentorError(
        'SCHEMA',
        `The database has ${applied.source} where ${file.source} should stand: out of order.`,
        {
          next: 'Restore the migrations folder of the version that wrote the database.',
        },
      );
    }
    if (applied.checksum !== file.checksum) {
      throw new KgmentorError(
        'SCHEMA',
        `${file.source} was changed after it was applied: checksum ${file.checksum}, ${applied.checksum} in the database.`,
        { next: 'Restore the file; a change of the schema takes a new file.' },
      );
    }
  });
  return { before: history.map((h) => h.source), pending: files.slice(history.length) };
}

async function apply(
  graph: Graph,
  file: MigrationFile,
  {
    after,
    id,
    connectedAs,
    signal,
  }: { after: string; id: string; connectedAs: string; signal: AbortSignal | undefined },
): Promise<void> {
  const start = performance.now();
  // Schema and data statements cannot share a transaction, so each runs in its own and the record comes last.
  for (const statement of file.statements) {
    refuseStopped(signal);
    await graph.write((tx) => tx.run(statement));
  }
  const { version, description, source, checksum } = file;
  const recorded = await runOne<{ recorded: number }>(graph, 'write-migration-record', {
    after,
    version,
    description,
    source,
    checksum,
    by: os.userInfo().username,
    connectedAs,
    milliseconds: BigInt(Math.round(performance.now() - start)),
    lock: LOCK,
    id,
  });
  if (Number(recorded?.recorded ?? 0) !== 1) {
    throw new KgmentorError('SCHEMA', `${source} ran, but another migrator changed the history meanwhile.`, {
      next: 'Run `kgmentor migrate` again: applied statements are not applied twice.',
    });
  }
}

async function lock(graph: Graph, { waitSeconds = 10, signal }: MigrateOptions): Promise<string> {
  await graph.write((tx) => tx.run(cypher('write-migration-lock-constraint')));
  const id = randomUUID();
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    refuseStopped(signal);
    const found = await runOne<{ taken: boolean; by: string | null; since: string | null }>(
      graph,
      'write-migration-lock',
      { id, name: LOCK, by: `${os.hostname()} ${process.pid}` },
    );
    if (found?.taken) return id;
    if (performance.now() > deadline)
      throw new KgmentorError(
        'SCHEMA',
        `Another migrator holds the lock: ${found?.by ?? 'unknown'}, since ${found?.since ?? 'unknown'}.`,
        { next: 'Wait for it; if it crashed, run `kgmentor migrate --unlock`.' },
      );
    await sleep(200);
  }
}

async function unlock(graph: Graph, id: string | null): Promise<boolean> {
  const result = await runOne<{ removed: number }>(graph, 'write-migration-unlock', { name: LOCK, id });
  return Number(result?.removed ?? 0) > 0;
}

async function currentUser(graph: Graph): Promise<string> {
  const user = await graph.read(async (tx) =>
    first<{ user: string | null }>(await tx.run(cypher('write-current-user'))),
  );
  return user?.user ?? '';
}
