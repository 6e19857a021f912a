import { type OpenQueue, openQueue, type QueueAddress } from '../operate/queue/open.js';
import { redisOf } from '../settings.js';
import { type Flags, text } from './command.js';

/** Flags of the commands about a queue. */
export const queueOptions = {
  redis: { type: 'string' },
  queue: { type: 'string' },
} as const;

export const queueHelp = {
  '--redis URL': 'the Redis server, without a password; KGMENTOR_REDIS_URL, or localhost, where absent',
  '--queue NAME': 'which of several queues on it, kgmentor where absent',
};

export const queueAddress = (flags: Flags): QueueAddress => ({
  url: redisOf(flags as object),
  name: text(flags, 'queue'),
});

/** Works with an open queue, and closes it. */
export async function withQueue<T>(flags: Flags, work: (open: OpenQueue) => Promise<T>): Promise<T> {
  const open = await openQueue(queueAddress(flags));
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
