/** Loaded before a program (`node --import`): its clock jumps a day back and two days forth, ten times a second. */
const DAY_MS = 24 * 60 * 60 * 1000;
const Clock = globalThis.Date;
const now = (): number => Clock.now() + (Math.floor(performance.now() / 100) % 2 === 0 ? -DAY_MS : DAY_MS);

globalThis.Date = class extends Clock {
  constructor(...given: [] | [string | number | Date]) {
    super(...((given.length === 0 ? [now()] : given) as [number]));
  }
  static override now = now;
} as DateConstructor;
