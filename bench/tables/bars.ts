import { points } from '../../src/commands/output.js';
import { ENCODER_FACTS } from '../../src/encoders.js';
import { ENCODERS, fewRow, GROWN_AT, SHARES, TARGETS } from '../grid/groups.js';
import type { Line } from '../grid/results.js';
import { averageOf, type Board, known, markdown, mean, mrr } from './board.js';
import { reaching } from './reaching.js';
import { extra, kept } from './sections.js';

/** Something aimed at: what was measured, undefined while a cell is missing. */
export interface Bar {
  readonly what: string;
  readonly least: string;
  readonly measured?: string;
  readonly met?: boolean;
}

const bar = (what: string, least: number, value: number | undefined, text = points): Bar => ({
  what,
  least: text(least),
  ...(value !== undefined && { measured: text(value), met: value >= least }),
});

/** A mean of what is there for every seed, undefined otherwise. */
const whole = (place: readonly (number | undefined)[]): number | undefined =>
  place.length > 0 && known(place).length === place.length ? mean(known(place)) : undefined;

const difference = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a - b;

/** The smallest of figures that are all there. */
const least = (values: readonly (number | undefined)[]): number | undefined =>
  values.some((value) => value === undefined) ? undefined : Math.min(...(values as number[]));

const LEAST_FEW: Readonly<Record<number, number>> = { 0.8: 0.66, 0.5: 0.54, 0.2: 0.41 };

/** All bars of the method with what was measured. */
export function bars(board: Board): Bar[] {
  const average = (group: Parameters<Board['at']>[0], row: string) =>
    whole(board.average(group, row, TARGETS, mrr));
  const one = (row: string, target: string) => whole(board.place('headline', row, target, mrr));
  const few = (who: string, share: number) => average('fewLinks', fewRow(who, share));
  const precision = board.place('fewLinks', fewRow('growing', GROWN_AT), 'all', extra('precision'));
  return [
    bar('average MRR, one teacher for all targets', 0.72, average('headline', 'student')),
    bar(
      'least lead over the lookup of a language',
      0.0001,
      least(TARGETS.map((target) => difference(one('student', target), one('lookup', target)))),
    ),
    bar('average MRR, teachers that never saw the target', 0.7, average('leaveOneOut', 'student')),
    ...SHARES.map((share) =>
      bar(`average MRR, ${100 * share} % of the links, others grown`, LEAST_FEW[share], few('grown', share)),
    ),
    bar(
      'points that `--grow-links` adds at 20 %',
      0.02,
      difference(few('grown', GROWN_AT), few('student', GROWN_AT)),
    ),
    bar('precision of the links that it adds', 0.9, whole(precision)),
    bar('share of the teacher’s MRR that a quarter of its numbers keeps', 0.98, kept(board)),
    bar(
      'targets of five where the student is as good as one without distillation in less time',
      5,
      faster(board),
      String,
    ),
    bar('joint training’s time over that of a student, least', 10, cheaper(board), (x) => x.toFixed(1)),
    bar('points of MRR on path queries that a teacher of paths gives a student', 0.0001, pathGain(board)),
  ];
}

/**
 * The most that a student gains on path queries, both lengths together, from a teacher that walks paths over the default
 * teacher, of those that are measured.
 */
function pathGain(board: Board): number | undefined {
  const [usual] = ENCODERS;
  const figure = (teacher: string, student: string) =>
    whole(
      averageOf(
        [2, 3].map((hops) => board.place('encoders', teacher, student, extra(`paths of ${hops}: MRR`))),
      ),
    );
  const gains = ENCODERS.filter((kind) => ENCODER_FACTS[kind].kind === 'path').flatMap((kind) =>
    [usual, kind].map((student) => difference(figure(kind, student), figure(usual, student))),
  );
  return known(gains).length > 0 ? Math.max(...known(gains)) : undefined;
}

function faster(board: Board): number | undefined {
  const times = TARGETS.map((target) => reaching(board, target));
  if (times.some((time) => time === undefined)) return undefined;
  return times.filter((time) => time?.student !== undefined && time.student < time.linked).length;
}

function cheaper(board: Board): number | undefined {
  const cost = (line: Line | undefined) => line && (line.trainSeconds ?? 0) + (line.prepareSeconds ?? 0);
  const [teacher] = board.at('small', 'training of the teacher', 'all').map(cost);
  const ratios = TARGETS.flatMap((target) =>
    board.at('small', 'student', target).map((line) => {
      const student = cost(line);
      return teacher !== undefined && student ? teacher / student : undefined;
    }),
  );
  return least(ratios);
}

export const barTable = (all: readonly Bar[]): string =>
  markdown(
    ['aim', 'at least', 'measured', ''],
    all.map(({ what, least: aim, measured, met }) => [
      what,
      aim,
      measured ?? 'missing',
      met === undefined ? '' : met ? 'reached' : 'not reached',
    ]),
  );
