// The lock of installing and compiling. src/setup/lock.ts, which is not compiled yet then, works the same way and says
// why: a lock is filled before it gets its name, and a dead holder's lock is renamed to a name made of that holder.
import fs from 'node:fs';
import path from 'node:path';

const attempt = (work, otherwise) => {
  try {
    return work();
  } catch (error) {
    return otherwise(error);
  }
};

/** The text of a file; the empty text where there is none. */
export const read = (file) =>
  attempt(
    () => fs.readFileSync(file, 'utf8'),
    () => '',
  );

const isAlive = (pid) =>
  attempt(
    () => process.kill(pid, 0),
    (error) => error.code === 'EPERM',
  );

const rename = (from, to) =>
  attempt(
    () => fs.renameSync(from, to) === undefined,
    () => false,
  );

/** Does the work, which may end the process, while no other process holds the lock folder. */
export async function locked(lock, say, work) {
  const mine = `${process.pid}-${Date.now()}`;
  const waiting = `${lock}.${mine}`;
  const holderFile = path.join(lock, 'pid');
  fs.mkdirSync(waiting, { recursive: true });
  fs.writeFileSync(path.join(waiting, 'pid'), mine);
  for (let told = false; !rename(waiting, lock); ) {
    const holder = read(holderFile);
    const pid = Number.parseInt(holder, 10);
    if (holder && !isAlive(pid)) rename(lock, `${lock}.${holder}.gone`);
    else {
      if (holder && !told) say(`Waiting for process ${pid}, which installs or compiles (${lock}) …`);
      told ||= holder !== '';
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const leave = () => {
    if (read(holderFile) !== mine || !rename(lock, waiting)) return;
    fs.rmSync(waiting, { recursive: true, force: true });
  };
  process.once('exit', leave);
  work();
  leave();
}
