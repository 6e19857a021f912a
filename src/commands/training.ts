import type { TeacherSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { ModelReport } from '../evaluate/report.js';
import type { ReadReport } from '../graph/dataset.js';
import type { ExcludedInVain } from '../graph/readTriples.js';
import { anyOf } from '../kg/nearest.js';
import { readRecord } from '../train/folder.js';
import type { RunOutcome } from '../train/runFolder.js';
import { type Flags, text } from './command.js';
import { count, duration, type Output, points, table } from './output.js';

/** The flag --threads as a number. */
export const checkThreads = (flags: Flags): number | undefined => wholeNumber(flags, 'threads');

/** A flag as a number of things. */
export function wholeNumber(flags: Flags, name: string): number | undefined {
  const given = text(flags, name);
  if (given === undefined) return undefined;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new KgmentorError('USAGE', `--${name} ${given} is no whole number above zero.`);
  return number;
}

/** Where a relationship leads that ends in no source which is read. */
export const NOWHERE = 'nodes of no source read';

/** Tells what was read besides nodes and relationships, and what reading left out. */
export function narrateReport(report: ReadReport, out: Pick<Output, 'say' | 'warn'>): void {
  for (const { alignment, links, outside, unset } of report.links) {
    // Where not all sources are read, an alignment of the others has links, and none between these.
    const isSlip = unset !== undefined || (links === 0 && (outside === 0 || report.allSources));
    const tell = isSlip ? out.warn : out.say;
    tell(
      `links by ${alignment}: ${links === 0 ? 'none' : count(links)}${outside > 0 ? `, ${count(outside)} more not between two sources` : ''}${unset ? `; ${unsetText(unset)}` : ''}`,
    );
  }
  if (report.withheld > 0) out.say(`withheld from training (heldOut.links): ${count(report.withheld)} links`);
  for (const { source, label, property, relation, values, facts } of report.values)
    out.say(
      `values of ${source}.${label}.${property} as ${relation}: ${count(values)}, in ${count(facts)} facts`,
    );
  for (const { from, to, type, count: n } of report.cross)
    out.say(`not read: ${count(n)} relationships ${type} from ${from} to ${to ?? NOWHERE}`);
  for (const one of report.excludedInVain) out.say(`${one.source} ${excludedText(one)}`);
  if (report.duplicates > 0) out.say(`${count(report.duplicates)} repeated relationships read once`);
}

/** That no node has values of matched properties. */
export const unsetText = (unset: readonly string[]): string =>
  `no node has a number, a boolean or a text that is not empty as ${unset.join(', nor ')}`;

/** That a source excludes a type for nothing. */
export const excludedText = ({ type, near }: ExcludedInVain): string =>
  `excludes ${JSON.stringify(type)}, a type that the database does not have${near.length > 0 ? `: did you mean ${anyOf(near)}?` : ''}`;

/** How long a training took and how good it was; one that ended before its last epoch says why. */
export function trainedLine({ folder, result }: Pick<RunOutcome, 'folder' | 'result'>): string {
  const { epochs, patience } = readRecord(folder).settings as Pick<TeacherSettings, 'epochs' | 'patience'>;
  const early =
    result.epochs < epochs
      ? ` of ${count(epochs)}, as ${patience} validations were no better (patience)`
      : '';
  const best =
    result.best === null ? '' : `, validation MRR ${points(result.best)} at epoch ${result.bestEpoch}`;
  return `${result.epochs} epochs${early} in ${duration(result.trainSeconds)}, ${count(result.peakMb)} MB at most${best}`;
}

/** Evaluation reports as a table, by filter or by what `title` names. */
export function metricLines(
  reports: Readonly<Record<string, Omit<ModelReport, 'byRelation'> | undefined>>,
  title = 'filter',
): string[] {
  const rows = Object.entries(reports).flatMap(([name, report]) =>
    report
      ? (['all', 'copied', 'notCopied'] as const).map((part) => {
          const m = report[part];
          return [
            name,
            { all: 'all', copied: 'copied', notCopied: 'not copied' }[part],
            count(m.count),
            ...[m.mrr, m.hits1, m.hits3, m.hits10].map((share) => (m.count > 0 ? points(share) : '–')),
          ];
        })
      : [],
  );
  const sampledFrom = Object.values(reports).find((report) => report?.sampledFrom)?.sampledFrom;
  return [
    ...table([title, 'facts', 'queries', 'MRR', 'Hits@1', 'Hits@3', 'Hits@10'], rows),
    ...(sampledFrom ? [`a sample of the ${count(sampledFrom)} held-out facts`] : []),
  ];
}
