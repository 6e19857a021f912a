import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { count, createOutput, table } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import { inProcess } from '../inProcess.js';
import { FORMATS, writeTriples } from './file.js';

const script = new URL('./child.js', import.meta.url);

export interface ImportBench {
  readonly triples: number;
  readonly format: string;
  readonly json: boolean;
}

/** What one importing process tells. */
export interface Measured {
  readonly rows: number;
  readonly seconds: number;
  /** Resident, of the importing process. */
  readonly peakMb: number;
}

/** Imports a file of a tenth of the rows, then the whole, each in a process of its own and under a label of its own. */
export async function runImport({ triples, format, json }: ImportBench): Promise<void> {
  if (!FORMATS.includes(format) || !Number.isInteger(triples) || triples < 100)
    throw new KgmentorError('USAGE', `--format ${format} --triples ${triples} cannot be made.`, {
      next: `Give one of ${FORMATS.join(', ')} and at least 100 triples.`,
    });
  const out = createOutput({ json, quiet: false, verbose: false });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-bench-'));
  const measured: Measured[] = [];
  try {
    for (const rows of [Math.round(triples / 10), triples]) {
      const file = path.join(folder, `triples-${rows}.${format}`);
      await writeTriples(file, rows);
      out.say(`importing ${count(rows)} rows of ${format}`);
      measured.push(await inProcess<Measured>(script, [file], `The import of ${file}`));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const [small, large] = measured;
  const rate = (one: Measured) => one.rows / one.seconds;
  const ratio = { rate: rate(large) / rate(small), peakMb: large.peakMb / small.peakMb };
  out.data({ format, measured, ratio }, () => [
    ...table(
      ['rows', 'seconds', 'rows/s', 'peak MB'],
      measured.map((one) => [count(one.rows), one.seconds.toFixed(1), count(rate(one)), count(one.peakMb)]),
    ),
    `ten times the rows: ${ratio.rate.toFixed(2)} times the rate, ${ratio.peakMb.toFixed(2)} times the memory`,
  ]);
}
