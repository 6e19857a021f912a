import type { FlowProducer, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { KgmentorError } from '../../errors.js';
import type { Job } from './jobs.js';

/** Where the jobs are. */
export interface QueueAddress {
  /** `redis://` or, with TLS, `rediss://`; with user and password where the server asks for them. */
  readonly url: string;
  /** Which of several queues on one server; `kgmentor` where absent. */
  readonly name?: string;
}

/** An open queue. */
export interface OpenQueue {
  readonly bullmq: typeof import('bullmq');
  readonly redis: Redis;
  readonly queue: Queue<Job>;
  readonly flows: FlowProducer;
  /** What all keys of this queue begin with. */
  readonly prefix: string;
  close(): Promise<void>;
}

/** BullMQ's name of the one queue under each prefix. */
export const QUEUE = 'jobs';

/**
 * Opens a queue and checks that the server answers.
 *
 * @throws KgmentorError USAGE where BullMQ is not installed or the address is none, UNREACHABLE where the server is
 *   away or refuses the log-in
 * @example
 * const queue = await openQueue({ url: 'redis://localhost:6379' });
 */
export async function openQueue(address: QueueAddress): Promise<OpenQueue> {
  const { bullmq, ioredis } = await load();
  const url = checkedUrl(address.url);
  const prefix = checkedName(address.name ?? 'kgmentor');
  let isOpen = false;
  const redis = new ioredis.Redis(url, {
    lazyConnect: true,
    connectionName: 'kgmentor',
    // A worker waits for as long as the server is away.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isOpen ? Math.min(100 * 2 ** Math.min(times, 5), 2000) : null),
  });
  let failure: Error | undefined;
  redis.on('error', (error: Error) => {
    failure = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw unreachable(url, failure ?? (error as Error));
  }
  isOpen = true;
  const options = { connection: redis, prefix };
  const queue = new bullmq.Queue<Job>(QUEUE, options);
  const flows = new bullmq.FlowProducer(options);
  // What fails is told by the call that fails, and the connection is made again by itself.
  queue.on('error', () => undefined);
  flows.on('error', () => undefined);
  return {
    bullmq,
    redis,
    queue,
    flows,
    prefix,
    async close() {
      isOpen = false; // where the server is away, nothing waits for it any more
      await Promise.allSettled([queue.close(), flows.close()]);
      redis.disconnect();
    },
  };
}

/** Both packages are optional: whoever trains on one machine needs neither. */
async function load() {
  try {
    return { bullmq: await import('bullmq'), ioredis: await import('ioredis') };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new KgmentorError('USAGE', 'The queue needs the packages bullmq and ioredis, not installed here.', {
      next: 'Run `npm install bullmq ioredis`, then this command again.',
      cause,
    });
  }
}

/** An address as it may be shown: without user and password. */
export function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

function checkedUrl(url: string): string {
  // Neither is the address told, which may hold a password.
  const wrong = (message: string) =>
    new KgmentorError('USAGE', message, {
      next: 'Give one such as redis://localhost:6379, or rediss:// for TLS.',
    });
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw wrong('The address of the Redis server is none.');
  }
  if (!['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '')
    throw wrong(
      `The address of the Redis server begins with ${parsed.protocol}, not with redis: or rediss:.`,
    );
  return url;
}

function checkedName(name: string): string {
  if (/^[\p{L}\p{N}._-]+$/u.test(name)) return name;
  throw new KgmentorError('USAGE', `${JSON.stringify(name)} is no name of a queue.`, {
    next: 'Letters, digits, ".", "_" and "-" make one.',
  });
}

function unreachable(url: string, cause: Error): KgmentorError {
  const refused = /^(NOAUTH|WRONGPASS|NOPERM)/.test(cause.message);
  return new KgmentorError(
    'UNREACHABLE',
    refused
      ? `The Redis server at ${shownUrl(url)} refused the log-in.`
      : `No Redis server answers at ${shownUrl(url)}: ${cause.message}.`,
    {
      next: refused
        ? 'Check user and password in KGMENTOR_REDIS_URL.'
        : 'Start it, or correct KGMENTOR_REDIS_URL; with TLS it begins with rediss://.',
      cause,
    },
  );
}
