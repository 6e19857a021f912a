import { createOutput } from '../../src/commands/output.js';
import { readDbp5l } from '../dbp5l/data.js';
import { chosen, type PeersOptions } from './choice.js';
import { compareGds, gdsLines } from './gds/run.js';
import { comparePykeen, pykeenLines, tunedLines } from './pykeen/run.js';
import { PATIENCE } from './pykeen/settings.js';
import { chosenOf, type Tried, tune } from './pykeen/tune.js';
import { keepTuned, triedBefore } from './pykeen/tuned.js';

/** What a researcher and a Neo4j user would otherwise pick, beside the product on the same data. */
export async function runPeers(options: PeersOptions): Promise<void> {
  const { parts, target, turns, dim, epochs, seed, threads, ...choice } = chosen(options);
  const out = createOutput({ json: choice.json, quiet: false, verbose: false });
  const data = readDbp5l(choice.data);
  const common = { target, dim, seed, threads };
  const budget = { dim, seed, threads, epochs, patience: PATIENCE };
  const first = `DBP-5L, ${target}, vectors of ${dim} numbers, seed ${seed}, ${threads} threads`;
  if (choice.tune) {
    const wanted = { target, dim, seed, epochs, patience: PATIENCE };
    const tunedBy = (tried: readonly Tried[]) => ({
      ...wanted,
      settings: { kgmentor: chosenOf(tried, 'kgmentor'), PyKEEN: chosenOf(tried, 'PyKEEN') },
      tried,
    });
    const tried = await tune(data, target, budget, {
      earlier: triedBefore(wanted),
      keep: (all) => keepTuned(tunedBy(all)),
      say: out.say,
    });
    const tuned = tunedBy(tried);
    out.say(`kept in ${keepTuned(tuned)}`);
    out.data({ ...tuned, threads }, () => [first, '', ...tunedLines(tried)]);
    return;
  }
  const pykeen = parts.includes('pykeen')
    ? await comparePykeen(data, target, { ...budget, turns }, out.say)
    : undefined;
  const gds = parts.includes('gds')
    ? await compareGds(data, { ...common, teacher: choice.teacher }, out.say)
    : undefined;
  out.data({ ...common, pykeen, gds }, () => [
    first,
    ...(pykeen ? ['', ...pykeenLines(pykeen)] : []),
    ...(gds ? ['', ...gdsLines(gds)] : []),
  ]);
}
