import { type ReadReport, readDataset } from '../graph/dataset.js';
import { linkClasses } from '../kg/classes.js';
import { relationMatches, sourceOverlap } from '../kg/matches.js';
import type { Command } from './command.js';
import { count, table } from './output.js';
import { NOWHERE, narrateReport } from './training.js';

export const sources: Command = {
  usage: '',
  summary: 'Counts sources, links and what they share: what a target would gain from which source.',
  async run({ out, config: read, graphs }) {
    const config = read();
    const { dataset, report } = await readDataset((await graphs()).of, config);
    // The tables tell the rest.
    narrateReport({ ...report, values: [], cross: [] }, out);
    const classes = linkClasses(
      dataset.sources.map(({ entities }) => entities.keys.length),
      dataset.alignments,
      { threshold: config.teacher.linkThreshold },
    );
    const overlap = sourceOverlap(dataset, classes);
    const matches = relationMatches(dataset, classes).slice(0, 20);
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    out.data({ ...report, conflicts: classes.conflicts, overlap, relationMatches: matches }, () => [
      ...table(
        ['source', 'entities', 'triples', 'relations'],
        report.sources.map((s) => [s.source, count(s.entities), count(s.triples), count(s.relations)]),
      ),
      '',
      ...table(
        ['left', 'right', 'links', 'left linked', 'right linked', 'shared relations', 'shared facts'],
        overlap.map((o) => [
          o.left,
          o.right,
          count(o.links),
          percent(o.leftCoverage),
          percent(o.rightCoverage),
          count(o.sharedRelations),
          count(o.sharedTriples),
        ]),
      ),
      ...(classes.conflicts > 0
        ? [
            '',
            `${count(classes.conflicts)} groups of links hold two entities of one source: the best one-to-one matching is kept`,
          ]
        : []),
      ...valueLines(report),
      ...crossLines(report),
      ...section(
        'relations that join the same pairs under different names (map them with relations.map):',
        ['left', 'relation', 'right', 'relation', 'shared', 'of all'],
        matches.map((m) => [
          m.leftSource,
          m.leftRelation,
          m.rightSource,
          m.rightRelation,
          count(m.shared),
          percent(m.jaccard),
        ]),
      ),
    ]);
  },
};

/** A titled table after an empty line; nothing where it has no row. */
const section = (title: string, head: readonly string[], body: readonly (readonly string[])[]): string[] =>
  body.length > 0 ? ['', title, ...table(head, body)] : [];

const valueLines = ({ values }: ReadReport): string[] =>
  section(
    'values of properties, read as entities:',
    ['source', 'property', 'relation', 'values', 'facts'],
    values.map((v) => [v.source, `${v.label}.${v.property}`, v.relation, count(v.values), count(v.facts)]),
  );

const crossLines = ({ cross }: ReadReport): string[] =>
  section(
    'relationships that leave their source, not read (an alignment makes links of them, one source of both labels facts):',
    ['source', 'type', 'to', 'relationships'],
    cross.map((c) => [c.from, c.type, c.to ?? NOWHERE, count(c.count)]),
  );
