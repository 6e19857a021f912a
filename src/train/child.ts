/** The training process: reads a job from a run folder, trains or answers, and tells its parent what happens. */
import { type ChildMessage, toldFailure } from './messages.js';
import { doWork, type Work } from './work.js';

// A parent that is gone hears nothing; without the callback that would end this process before its checkpoint.
const tell = (message: ChildMessage): void => {
  process.send?.(message, () => undefined);
};
let stop = false;
process.on('message', (message) => {
  if (message === 'stop') stop = true;
});
// A terminal's Ctrl-C reaches the whole group, and so does the end that a service manager asks for; the parent decides.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => {
  stop = true; // the parent is gone: checkpoint and end
});

/** The channel keeps the process alive; to leave one that is closed already would be an error. */
function leave(): void {
  if (process.connected) process.disconnect();
}

const [folder, ...work] = process.argv.slice(2);
doWork(folder, work as unknown as Work, { tell, stopping: () => stop }).then(leave, (error: unknown) => {
  tell(toldFailure(error));
  process.exitCode = 1;
  leave();
});
