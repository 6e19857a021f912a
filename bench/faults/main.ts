/** `npm run faults -- --full`: what the product survives, on real servers. Exit code 1 where anything was harmed. */
import { parseArgs } from 'node:util';
import { createOutput, duration, table } from '../../src/commands/output.js';
import { exitCodeOf, KgmentorError } from '../../src/errors.js';
import { refuseFull } from './empty.js';
import type { FaultRow } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

const USAGE = `npm run faults -- [--full] [--only PART] [--json]
  --full       as many faults as are promised; a few of each otherwise
  --only PART  of the scenarios ${SCENARIOS.map(({ name }) => name).join(', ')} those whose name holds this
  --json       the last line of stdout is one object`;

const HEAD = ['kind of fault', 'injected', 'lost', 'doubled', 'mixed', 'left over'];

function read(args: readonly string[]) {
  const options = {
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new KgmentorError('USAGE', (error as Error).message, { next: USAGE });
  }
}

/** Whether the fault was injected and nothing was harmed. */
const isSurvived = ({ injected, lost, doubled, mixed, leftOver }: FaultRow): boolean =>
  injected > 0 && lost + doubled + mixed + leftOver === 0;

async function main(args: readonly string[]): Promise<void> {
  const { full, only, json, help } = read(args);
  if (help) return void process.stdout.write(`${USAGE}\n`);
  const wanted = SCENARIOS.filter(({ name }) => name.includes(only));
  if (wanted.length === 0)
    throw new KgmentorError('USAGE', `No scenario is called ${JSON.stringify(only)}.`, { next: USAGE });
  const out = createOutput({ json, quiet: false, verbose: false });
  await refuseFull();
  const rows: FaultRow[] = [];
  const begun = performance.now();
  for (const { name, run } of wanted) {
    out.say(`${name} …`);
    rows.push(...(await run({ full, log: (line) => out.say(`  ${line}`) })));
  }
  out.data({ full, faults: rows }, () =>
    table(
      HEAD,
      rows.map((row) => [
        row.kind,
        ...[row.injected, row.lost, row.doubled, row.mixed, row.leftOver].map((n) =>
          n.toLocaleString('en-US'),
        ),
      ]),
    ),
  );
  out.say(`${duration((performance.now() - begun) / 1000)}`);
  if (!rows.every(isSurvived)) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`faults: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof KgmentorError && error.next) process.stderr.write(`${error.next}\n`);
  if (!(error instanceof KgmentorError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = exitCodeOf(error);
});
