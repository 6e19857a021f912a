/** The command line, apart from the process that it is run in. */
import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { exitCodeOf, KgmentorError } from '../errors.js';
import { nearest } from '../kg/nearest.js';
import { version } from '../version.js';
import type { Command, Context, Flags } from './command.js';
import { commands } from './list.js';
import { createOutput, type Output } from './output.js';

const globalOptions = {
  config: { type: 'string' },
  uri: { type: 'string' },
  username: { type: 'string' },
  database: { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  verbose: { type: 'boolean' },
  log: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const globalHelp = `Options of every command:
  --config FILE     configuration, kgmentor.json where absent
  --uri, --username, --database
                    the Neo4j server; NEO4J_URI, NEO4J_USERNAME, NEO4J_DATABASE where absent
                    (the password comes from NEO4J_PASSWORD or .env only)
  --json            results as JSON
  --quiet           no narration but warnings
  --verbose         more of it, and the causes of errors
  --log FILE|-      a JSON line an event, added to a file or, in place of the narration, on stderr; KGMENTOR_LOG
  --log-level LEVEL debug, info, warn or error; KGMENTOR_LOG_LEVEL, or info
  -h, --help        this text`;

/**
 * Runs a command; a failure is told on stderr. `process.exitCode` then says how it ended.
 *
 * @param args the command's name and what follows it
 * @example await commandLine(['runs', '--json']);
 */
export async function commandLine(args: readonly string[]): Promise<void> {
  const how: How = { verbose: args.includes('--verbose'), isLogged: false };
  await main(args, how).catch((error: unknown) => tell(error, how));
}

/** How an error is told. */
interface How {
  verbose: boolean;
  /** Standard error is a log, in which the error stands already. */
  isLogged: boolean;
}

async function main(args: readonly string[], how: How): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${await overview()}\n`);
    return;
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`${version()}\n`);
    return;
  }
  if (name.startsWith('-'))
    throw new KgmentorError('USAGE', `The option ${name} stands before the command.`, {
      next: 'Options follow the command: `kgmentor runs --json`.',
    });
  if (!Object.hasOwn(commands, name)) {
    const [near] = nearest(name, Object.keys(commands));
    throw new KgmentorError('USAGE', `There is no command ${JSON.stringify(name)}.`, {
      next: near ? `Did you mean \`kgmentor ${near}\`?` : '`kgmentor --help` lists the commands.',
    });
  }
  const command = await commands[name].load();
  const { values, positionals } = parse(name, command, rest);
  if (values.help) {
    process.stdout.write(`${help(name, command)}\n`);
    return;
  }
  const [least, most] = command.positionals ?? [0, 0];
  if (positionals.length < least || positionals.length > most)
    throw new KgmentorError('USAGE', `\`kgmentor ${name}\` takes ${command.usage || 'no arguments'}.`, {
      next: `\`kgmentor ${name} --help\` says more.`,
    });
  how.verbose = values.verbose === true;
  await run(name, command, { args: rest, positionals, flags: values, how });
}

interface Given {
  /** After the command's name. */
  readonly args: readonly string[];
  readonly positionals: readonly string[];
  readonly flags: Flags;
  readonly how: How;
}

function parse(name: string, command: Command, args: string[]): { values: Flags; positionals: string[] } {
  try {
    return parseArgs({ args, options: { ...globalOptions, ...command.options }, allowPositionals: true }) as {
      values: Flags;
      positionals: string[];
    };
  } catch (cause) {
    const wrong = /'(--?[^ '=]+)/.exec((cause as Error).message)?.[1] ?? '';
    const known = Object.keys({ ...globalOptions, ...command.options });
    const given = wrong.replace(/^-+/, '');
    const [near] = known.includes(given) ? [] : nearest(given, known);
    throw new KgmentorError('USAGE', `${(cause as Error).message.split('. ')[0]}.`, {
      next: near ? `Did you mean --${near}?` : `\`kgmentor ${name} --help\` lists the options.`,
      cause,
    });
  }
}

async function run(name: string, command: Command, given: Given): Promise<void> {
  const { args, positionals, flags, how } = given;
  const { commandLog } = await import('./logging.js');
  const log = await commandLog(name, args, flags);
  how.isLogged = log?.instead === true;
  const out = createOutput({
    json: flags.json === true,
    quiet: flags.quiet === true,
    isLogged: how.isLogged,
    verbose: flags.verbose === true,
  });
  if (log) out.subscribe(log.onEvent);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // one a training, and --targets runs as many as the machine has room for
  const closers: (() => Promise<void>)[] = [];
  const onSignal = () => {
    if (!command.stops || stop.signal.aborted) {
      log?.ended(130);
      process.exit(130);
    }
    out.say('stopping; once more to stop at once');
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const note: Context['note'] = (event, level = 'info') => log?.note(event, level);
    await command.run({ ...(await context(positionals, flags, out, stop.signal, closers)), note });
    log?.ended(Number(process.exitCode ?? 0));
  } catch (error) {
    log?.ended(exitCodeOf(error), error);
    throw error;
  } finally {
    for (const close of closers.reverse()) await close();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

async function context(
  positionals: readonly string[],
  flags: Flags,
  out: Output,
  signal: AbortSignal,
  closers: (() => Promise<void>)[],
): Promise<Omit<Context, 'note'>> {
  const { loadConfig, connectionOf } = await import('../settings.js');
  let config: ReturnType<typeof loadConfig> | undefined;
  const read = () => {
    config ??= loadConfig((flags.config as string) ?? 'kgmentor.json');
    return config;
  };
  return {
    positionals,
    flags,
    out,
    signal,
    config: read,
    async graphs(purpose = 'read') {
      const { openGraphs } = await import('../graph/graphs.js');
      const { existsSync } = await import('node:fs');
      const named = flags.config !== undefined || existsSync('kgmentor.json');
      const graphs = await openGraphs(
        named ? read() : { sources: {} },
        connectionOf(flags as object, purpose),
      );
      closers.push(() => graphs.close());
      return graphs;
    },
    closing: (close) => void closers.push(close),
  };
}

async function overview(): Promise<string> {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return ['kgmentor: a Neo4j graph learns from other graphs', '', 'Commands:', ...lines, '', globalHelp].join(
    '\n',
  );
}

function help(name: string, command: Command): string {
  const lines = Object.entries(command.help ?? {}).map(([flag, line]) => `  ${flag.padEnd(24)}  ${line}`);
  return [
    `kgmentor ${name} ${command.usage}`.trim(),
    '',
    command.summary,
    ...(lines.length > 0 ? ['', ...lines] : []),
    '',
    globalHelp,
  ].join('\n');
}

function tell(error: unknown, { verbose, isLogged }: How): void {
  process.exitCode = exitCodeOf(error);
  if (isLogged) return;
  const next = error instanceof KgmentorError ? error.next : undefined;
  process.stderr.write(`kgmentor: ${error instanceof Error ? error.message : String(error)}\n`);
  if (next) process.stderr.write(`${next}\n`);
  if (verbose || !(error instanceof KgmentorError)) process.stderr.write(`${trace(error)}\n`);
}

function trace(error: unknown): string {
  const lines: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) lines.push(at.stack ?? at.message);
  return lines.join('\ncaused by: ');
}
