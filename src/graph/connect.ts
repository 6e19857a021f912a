import neo4j, { type Driver, type ManagedTransaction } from 'neo4j-driver';
import { KgmentorError } from '../errors.js';
import { cypher } from './cypher.js';

export interface ConnectOptions {
  /** `bolt://` for one server, `neo4j://` for a cluster or Aura, `+s` for TLS. */
  readonly uri: string;
  /** `neo4j` where absent. */
  readonly username?: string;
  /** No credentials are sent where absent. */
  readonly password?: string;
  /** `neo4j` where absent. */
  readonly database?: string;
  /** Seconds for which reads and writes are tried again while the server is away; 120 where absent. */
  readonly retrySeconds?: number;
}

/** A checked connection to one database. */
export interface Graph {
  readonly driver: Driver;
  readonly uri: string;
  readonly database: string;
  readonly server: { readonly version: string; readonly edition: string };
  /** Runs `work` in a read transaction; it is run again after a passing failure, so it must be restartable. */
  read<T>(work: (tx: ManagedTransaction) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Runs `work` in a write transaction, with the same rule. */
  write<T>(work: (tx: ManagedTransaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Reads and writes that are under way end with UNREACHABLE. */
  close(): Promise<void>;
}

export interface ReadOptions {
  /** Records fetched at a time; small where each record is a wide column. */
  readonly fetchSize?: number;
  /** Given the bookmarks that the transaction leaves. */
  readonly onBookmarks?: (bookmarks: readonly string[]) => void;
}

export interface WriteOptions {
  /** Seconds after which the server ends the transaction; its own setting where absent. */
  readonly timeout?: number;
}

/** The oldest server that has what the queries need: dynamic names and scoped subqueries. */
const OLDEST = [5, 26] as const;

/**
 * Opens a connection and checks it by a query on the named database: only a query tells an expired password or a
 * wrong database name.
 *
 * @throws KgmentorError UNREACHABLE when the server is away, the log-in is refused or the database is unknown; SCHEMA
 *   when the server is too old
 * @example
 * const graph = await connect({ uri: 'bolt://localhost:7687', password: process.env.NEO4J_PASSWORD });
 * try { … } finally { await graph.close(); }
 */
export async function connect(options: ConnectOptions): Promise<Graph> {
  const { uri, username = 'neo4j', password, database = 'neo4j', retrySeconds = 120 } = options;
  const driver = open(
    uri,
    password === undefined ? undefined : neo4j.auth.basic(username, password),
    retrySeconds,
  );
  let server: Graph['server'];
  try {
    server = await check(driver, database);
    refuseOld(uri, server.version);
  } catch (error) {
    await driver.close();
    throw error instanceof KgmentorError ? error : explain(error, { uri, username, database });
  }
  let closed = false;
  // On a cluster each transaction sees what the ones before it wrote, on whichever server it runs.
  const bookmarkManager = neo4j.bookmarkManager();
  /** The driver leaves queries that are under way when it is closed without an answer; these are told here. */
  const waiting = new Set<(error: KgmentorError) => void>();
  const closedError = () =>
    new KgmentorError('UNREACHABLE', `The connection to ${uri} was closed before its work was done.`, {
      next: 'Open a new connection.',
    });
  const unlessClosed = <T>(work: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.add(reject);
      work.then(resolve, reject).finally(() => waiting.delete(reject));
    });
  const run = async <T>(
    mode: 'READ' | 'WRITE',
    work: (tx: ManagedTransaction) => Promise<T>,
    { fetchSize, onBookmarks, timeout }: ReadOptions & WriteOptions,
  ) => {
    if (closed) throw closedError();
    const session = driver.session({
      database,
      bookmarkManager,
      defaultAccessMode: mode === 'READ' ? neo4j.session.READ : neo4j.session.WRITE,
      ...(fetchSize !== undefined && { fetchSize }),
    });
    try {
      const done = await unlessClosed(
        mode === 'READ'
          ? session.executeRead(work)
          : session.executeWrite(work, timeout === undefined ? {} : { timeout: timeout * 1000 }),
      );
      onBookmarks?.(session.lastBookmarks());
      return done;
    } catch (error) {
      throw passing(error) ? explain(error, { uri, username, database }) : error;
    } finally {
      if (!closed) await unlessClosed(session.close());
    }
  };
  return {
    driver,
    uri,
    database,
    server,
    read: (work, options = {}) => run('READ', work, options),
    write: (work, options = {}) => run('WRITE', work, options),
    async close() {
      closed = true;
      for (const reject of waiting) reject(closedError());
      await driver.close();
    },
  };
}

function open(
  uri: string,
  auth: ReturnType<typeof neo4j.auth.basic> | undefined,
  retrySeconds: number,
): Driver {
  const next = 'Give one such as bolt://localhost:7687 in NEO4J_URI.';
  if (uri.includes('@'))
    throw new KgmentorError(
      'USAGE',
      'The address of the Neo4j server holds a log-in, which is ignored there.',
      {
        next: 'Take it out and give it in NEO4J_USERNAME and NEO4J_PASSWORD.',
      },
    );
  try {
    if (!/^(bolt|neo4j)(\+s|\+ssc)?:$/.test(new URL(uri).protocol) || new URL(uri).hostname === '')
      throw new Error('a scheme of Neo4j and a host are needed');
    return neo4j.driver(uri, auth, {
      disableLosslessIntegers: true,
      telemetryDisabled: true,
      userAgent: 'kgmentor',
      notificationFilter: { minimumSeverityLevel: 'OFF' },
      maxTransactionRetryTime: retrySeconds * 1000,
      connectionAcquisitionTimeout: 1000 * Math.max(5, Math.min(retrySeconds, 120)),
    });
  } catch (cause) {
    throw new KgmentorError('USAGE', `${JSON.stringify(uri)} is no address of a Neo4j server.`, {
      next,
      cause,
    });
  }
}

async function check(driver: Driver, database: string): Promise<Graph['server']> {
  const session = driver.session({ database, defaultAccessMode: neo4j.session.READ });
  try {
    await session.run('RETURN 1'); // fails within milliseconds when the server is away; managed reads would retry
    const { records } = await session.run(cypher('read-server'));
    return { version: records[0].get('version'), edition: records[0].get('edition') };
  } finally {
    await session.close();
  }
}

/**
 * Refuses a server's version that is too old; Aura's are such as 5.27-aura.
 *
 * @throws KgmentorError SCHEMA
 */
export function refuseOld(uri: string, version: string): void {
  const [major, minor] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new KgmentorError(
    'SCHEMA',
    `The server at ${uri} is Neo4j ${version}; ${OLDEST.join('.')} or newer is needed.`,
    {
      next: 'Upgrade the server; 5.26 is a long-term release.',
    },
  );
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const passing = (error: unknown): boolean =>
  /ServiceUnavailable|SessionExpired|Security\.(Unauthorized|AuthenticationRateLimit|CredentialsExpired)/.test(
    codeOf(error),
  );

/** The driver's error as one sentence with what to do. The status object is the same for nearly all: the code tells. */
function explain(error: unknown, at: { uri: string; username: string; database: string }): KgmentorError {
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const [message, next] = code.endsWith('Unauthorized')
    ? [
        `The server at ${at.uri} refused the log-in of user ${JSON.stringify(at.username)}.`,
        'Check NEO4J_USERNAME and NEO4J_PASSWORD.',
      ]
    : code.endsWith('AuthenticationRateLimit')
      ? [
          `The server at ${at.uri} has locked the log-in after several wrong passwords.`,
          'Wait a few seconds, then try with the right NEO4J_PASSWORD.',
        ]
      : code.endsWith('CredentialsExpired')
        ? [
            `The password of user ${JSON.stringify(at.username)} at ${at.uri} is the initial one and must be changed first.`,
            "Run ALTER CURRENT USER SET PASSWORD FROM '…' TO '…' in cypher-shell or Neo4j Browser.",
          ]
        : code.endsWith('DatabaseNotFound')
          ? [
              `The server at ${at.uri} has no database ${JSON.stringify(at.database)}.`,
              'Check NEO4J_DATABASE; SHOW DATABASES lists what there is.',
            ]
          : code === 'ServiceUnavailable' || code === 'SessionExpired' || /acquisition timed out/.test(said)
            ? [
                `No Neo4j server answers at ${at.uri}.`,
                /^\w+\+/.test(at.uri)
                  ? `Start it, or correct NEO4J_URI; a server without TLS needs ${at.uri.replace(/\+.*/, '')}://.`
                  : 'Start it (`npm run neo4j` in a clone starts a local one and prints its address), or set NEO4J_URI; a server with TLS needs bolt+s:// or neo4j+s://.',
              ]
            : [`The server at ${at.uri} answered with an error: ${said}`, 'See the server’s log for more.'];
  return new KgmentorError('UNREACHABLE', message, { next, cause: error });
}
