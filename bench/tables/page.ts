import type { Entry } from '../grid/groups.js';
import type { Line } from '../grid/results.js';
import { bars, barTable } from './bars.js';
import { Board, mrr } from './board.js';
import { hours, provenance, times } from './costs.js';
import { details, short, whole } from './headline.js';
import {
  ablation,
  alignment,
  encoders,
  extra,
  fewLinks,
  grown,
  leaveOneOut,
  linkModes,
  small,
} from './sections.js';

/** The results page, and the table of the README. */
export interface Pages {
  readonly page: string;
  readonly readme: string;
}

/**
 * The documents' tables, made of the declared cells and their results alone.
 *
 * @example
 * renderPages(declareGrid(), readResults('bench/results/dbp5l.jsonl')).readme;
 */
export function renderPages(entries: readonly Entry[], lines: ReadonlyMap<string, Line>): Pages {
  const board = new Board(entries, lines);
  const page = `# Results on DBP-5L

Made from \`bench/results/dbp5l.jsonl\` by \`npm run bench -- tables\`; \`npm run bench -- grid\` measures what is missing. Five language graphs, tail queries, all entities of the language as candidates. MRR and Hits in points; \`tv\` leaves the known facts of training and validation out of the ranking, \`full\` those of the test as well. *Copied* facts stand literally in the training facts of another language, by all links however few a model may use. Settings were chosen on validation. Several seeds are given as mean ± standard deviation; what is not measured is called missing.

${provenance(board)}

## One teacher of all languages

A teacher of 512 numbers and students of 128, one a language, three seeds. The teacher compares with all entities at each step, for 12 epochs; students with 2,000 besides a step’s own, for 8, and begin with the teacher’s dimensions that say most of the target’s facts. Students of the other tables are trained like those of 128 numbers, by teachers of 256 and 8 epochs, where nothing else is said; a student that no teacher’s dimensions are a start for has 12 epochs. Before anything is trained, links that the facts around unlinked entities are sure of are added to the given ones (\`pretrain --grow-links --rounds 1\`), for the lookup in a row of its own.

${whole(board)}

All figures with the filter \`tv\`:

${details(board, 'tv')}

With the filter \`full\`:

${details(board, 'full')}

## Teachers that never saw the target

Each target’s teacher is trained on the other four languages and reached through links only, grown ones among them (\`retrain --grow-links\`); one seed.

${leaveOneOut(board)}

## Few links

Teacher and student have only a share of the links, chosen by a keyed hash, or grow more from it; one seed.

${fewLinks(board)}

What \`--grow-links\` added, measured on the links that were withheld:

${grown(board)}

With half of the links, the others test alignment: Hits@1 in both directions together, among the entities of the other language whose counterpart training did not know. A teacher’s nearest neighbours by cosine, by CSLS, and those of students, taken into the teacher’s space:

${alignment(board)}

## What each distillation gives

Greek, one seed, filter \`tv\`, the given links, students of 128 numbers with the settings of \`npm run bench -- dbp5l --dim 128\`, which begin at random.

${ablation(board)}

## Link modes

Greek, one seed, MRR under \`tv\`; the teacher’s answers go through the links. These teachers compare with 4,000 entities besides a step’s own.

${linkModes(board)}

## Encoders

Greek, one seed, the given links: teachers of 256 numbers by row, students of 128 by column, all of which begin at random and have 12 epochs. Path encoders hide nine of ten entities in between, as path queries do, and compare with 4,000 entities besides a step’s own. MRR under \`tv\`:

${encoders(board, mrr)}

On facts that are not copied:

${encoders(board, ({ metrics }) => metrics?.tv.notCopied.mrr)}

On path queries of two relations, whose answer needs a test fact; triple encoders answer by beam search, path encoders in one pass:

${encoders(board, extra('paths of 2: MRR'))}

Of three relations:

${encoders(board, extra('paths of 3: MRR'))}

## Small students

Students of a quarter of the teacher’s numbers in the least time, one seed: they begin with the teacher’s dimensions that say most of the target’s facts, and then distil features alone, for five epochs. The student without distillation begins at random and has twelve, like all of its kind here. The last columns say how long the latter trains until its best validation MRR, and the distilled one until the same; loading is part of it.

${small(board)}

## What was aimed at

${barTable(bars(board))}

## Times

By the wall clock, reading from Neo4j and ranking included. A cell should stay under 30 minutes, a teacher that walks paths under 100.

${times(board)}

${hours(board)}
`;
  return { page, readme: short(board) };
}

const BEGIN = '<!-- results: made by `npm run bench -- tables` -->';
const END = '<!-- end of results -->';

/**
 * A document with the table between its markers.
 *
 * @throws Error when the document lacks a marker
 */
export function between(text: string, table: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The lines ${BEGIN} and ${END} are missing.`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`;
}
