import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { type RedisServer, startRedis } from '../src/setup/redis.js';

/** A Redis server of a test file, started before its first test and gone after its last. */
export function useRedis(): { server: RedisServer; readonly home: string } {
  const home = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-redis-'));
  const held = { home } as { server: RedisServer; readonly home: string };
  before(async () => {
    held.server = await startRedis({ home, log: console.error });
  });
  after(async () => {
    await held.server?.stop();
    rmSync(home, { recursive: true, force: true });
  });
  return held;
}
