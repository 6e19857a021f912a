import type { Device, KgmentorEvent, OnEvent, Usage } from '../events.js';
import { fallbackLine, unusedGpuLine } from '../setup/fallback.js';
import { gpus } from '../setup/gpus.js';
import type { Drift } from '../train/drift.js';

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether a log stands where people would read: nothing is told then, warnings neither. */
  readonly isLogged?: boolean;
  readonly verbose: boolean;
}

/** Data on stdout, narration on stderr. */
export interface Output {
  readonly options: OutputOptions;
  /** Data: for people `lines`, with --json the object. */
  data(value: unknown, lines: () => readonly string[]): void;
  /** Narration, silenced by --quiet. */
  say(line: string): void;
  /** What a user should know of, with --quiet too. */
  warn(line: string): void;
  /** Narration that only --verbose shows. */
  detail(line: string): void;
  onEvent(event: KgmentorEvent): void;
  /** The same, each line begun with a name: for works that go on beside each other. */
  onEventOf(name: string): OnEvent;
  /** Hands all events on, whatever is narrated of them. */
  subscribe(listener: OnEvent): void;
}

/** Where no line can be overwritten, long work tells how far it is so often. */
const EVERY_MS = 10_000;

export function createOutput(options: OutputOptions): Output {
  const terminal = process.stderr.isTTY === true;
  let open = false;
  let told = performance.now();
  let deviceTold = false;
  const listeners: OnEvent[] = [];
  const clear = () => {
    if (open) process.stderr.write('\r\x1b[2K');
    open = false;
  };
  const write = (line: string) => {
    clear();
    process.stderr.write(`${line}\n`);
  };
  const isQuiet = options.quiet || options.isLogged === true;
  const say = (line: string) => {
    if (!isQuiet) write(line);
  };
  const warn = (line: string) => {
    if (!options.isLogged) write(`warning: ${line}`);
  };
  const passing = (line: string) => {
    if (isQuiet || !terminal) return;
    clear();
    process.stderr.write(line.slice(0, (process.stderr.columns || 80) - 1));
    open = true;
  };
  const tell =
    (prefix: string): OnEvent =>
    (event) => {
      for (const listen of listeners) listen(event);
      if (event.type === 'warning') {
        warn(`${prefix}${event.message}`);
        return;
      }
      const text = lineOf(event);
      if (text === null) return;
      const line = `${prefix}${text}`;
      if (event.type === 'progress' && !terminal && event.etaSeconds !== undefined) {
        if (performance.now() - told < EVERY_MS) return;
        told = performance.now();
        say(line);
      } else if (event.type === 'step' || event.type === 'progress') passing(line);
      else if (event.type === 'device') {
        if (options.verbose) say(line);
        else if (event.fallback && !deviceTold)
          say(fallbackLine(`The native one does not load (${event.fallback}).`));
        else if (isGpuUnused(event) && !deviceTold) say(unusedGpuLine);
        deviceTold = true;
      } else say(line);
    };
  return {
    options,
    data(value, lines) {
      clear();
      process.stdout.write(
        options.json
          ? `${JSON.stringify(value, exact)}\n`
          : lines()
              .map((line) => `${line}\n`)
              .join(''),
      );
    },
    say,
    warn,
    detail: (line) => options.verbose && say(line),
    onEvent: tell(''),
    onEventOf: (name) => tell(`${name}: `),
    subscribe: (listener) => void listeners.push(listener),
  };
}

/** Integers beyond 2^53 as text: no JSON reader need hold them as numbers. */
const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** A number with thousands apart. */
export const count = (n: number): string => Math.round(n).toLocaleString('en-US');

/** A share in [0, 1] as points with two places, the way tables of the field show it. */
export const points = (share: number): string => (100 * share).toFixed(2);

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Columns aligned; numbers to the right. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const width = head.map((title, i) => Math.max(title.length, ...body.map((row) => row[i].length)));
  const numeric = head.map((_, i) => body.length > 0 && body.every((row) => /^[-–\d.,%± s]*$/.test(row[i])));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numeric[i] ? cell.padStart(width[i]) : cell.padEnd(width[i])))
      .join('  ')
      .trimEnd();
  return [line(head), width.map((w) => '─'.repeat(w)).join('  '), ...body.map(line)];
}

/** Whether the native TensorFlow runs on the CPU where a GPU is there or asked for. */
export const isGpuUnused = ({ backend, gpu }: Device): boolean =>
  backend !== 'wasm' && !gpu && gpus().length > 0;

/** A share of waiting that an epoch's line tells of. */
const WAITED = 0.05;

/** What an epoch took, as far as it is told. */
const usageOf = ({ device, memoryMb, gpuMemoryMb }: Partial<Usage>): string =>
  `${device === undefined ? '' : ` on ${device}`}${gpuMemoryMb === undefined ? '' : ` (${count(gpuMemoryMb)} MB in use there)`}${memoryMb === undefined ? '' : `, ${count(memoryMb)} MB`}`;

/** What TensorFlow runs on. */
export const deviceLine = ({ backend, gpu, version, withoutKernels, fallback }: Device): string =>
  backend === 'wasm'
    ? `tfjs ${version} on WebAssembly${fallback ? `, as the native TensorFlow does not load (${fallback})` : ''}`
    : `TensorFlow ${version} on ${gpu ? 'a GPU' : 'the CPU'}${withoutKernels ? `, without kgmentor's kernels (${withoutKernels})` : ''}`;

/** How far vectors moved, for people. */
export const driftText = ({ entities, cosine, low }: Drift): string =>
  `drift: vectors of ${count(entities)} old entities have a mean cosine of ${cosine.toFixed(4)} to what they were, one in twenty below ${low.toFixed(4)}`;

function lineOf(event: KgmentorEvent): string | null {
  switch (event.type) {
    case 'read':
      return `read ${event.source}: ${count(event.entities)} entities, ${count(event.triples)} triples, ${count(event.relations)} relations`;
    case 'device':
      return deviceLine(event);
    case 'step':
      return `${event.role} epoch ${event.epoch}/${event.epochs}, step ${event.step}/${event.steps}, ${count(event.rowsPerSecond)} rows/s, ${duration(event.etaSeconds)} left`;
    case 'epoch':
      return `${event.role} epoch ${event.epoch}/${event.epochs}: loss ${event.loss.toFixed(4)}, ${count(event.rowsPerSecond)} rows/s${usageOf(event)}${event.waiting > WAITED ? `, ${points(event.waiting)}% of the time waiting for batches` : ''}, ${duration(event.etaSeconds)} left`;
    case 'evaluated':
      return `${event.role ?? 'model'} validation MRR ${points(event.value)}${event.best ? ' (best so far)' : ''}`;
    case 'started':
      return `${event.role ?? 'model'} begins with ${count(event.dimensions)} of the teacher's ${count(event.of)} dimensions, ${points(event.share)}% of what it says of the training facts`;
    case 'walks':
      return `${event.role ?? 'model'} walks:${event.crossing === undefined ? '' : ` ${points(event.crossing)}% of steps into another source,`} ${points(event.repeated)}% to an entity met before, ${event.distinct.toFixed(1)} entities a walk`;
    case 'drift':
      return driftText(event);
    case 'grown':
      return `${event.rounds > 1 ? `round ${event.round} of ${event.rounds} ` : ''}adds ${count(event.byStructure)} links by structure${event.round > 1 ? `, ${count(event.byVectors)} by vectors` : ''}`;
    case 'resumed':
      return `${event.role ?? 'model'} ${event.epoch + event.step > 0 ? `goes on after epoch ${event.epoch}${event.step > 0 ? ` and ${count(event.step)} steps` : ''}` : 'begins anew, as no step of it was kept'}`;
    case 'stage':
      return `${event.name}: ${duration(event.seconds)}${event.peakMb ? `, ${count(event.peakMb)} MB` : ''}`;
    case 'progress':
      return `${event.name}: ${count(event.done)}${event.total ? ` of ${count(event.total)}` : ''}${event.rowsPerSecond ? `, ${count(event.rowsPerSecond)} rows/s` : ''}${event.etaSeconds === undefined ? '' : `, ${duration(event.etaSeconds)} left`}`;
    case 'waiting':
      return `readers of ${event.source} were switched just now: waits ${duration(event.seconds)} for those of the vectors before`;
    case 'published':
      return `published ${event.model} for ${event.source}: ${count(event.nodes)} ${event.label} nodes, index ${event.index}`;
    case 'refused':
      return `not published for ${event.source}: ${event.message}`;
    case 'begun':
    case 'failed':
    case 'warning':
      return null;
    case 'done':
      return `${event.role ?? 'run'} done: ${event.folder}`;
  }
}
