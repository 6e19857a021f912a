import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Described, matchEntities, matchingLabels } from '../../src/kg/entityMatch.js';

interface Thing {
  name?: string;
  values?: Record<string, string[]>;
  near?: number[];
  label?: number;
  linked?: boolean;
}

const side = (things: readonly Thing[]): Described => ({
  names: things.map(({ name }) => name ?? null),
  values: things.map(({ values = {} }) => new Map(Object.entries(values))),
  neighbours: things.map(({ near = [] }) => near),
  label: Int32Array.from(things, ({ label = 0 }) => label),
  linked: Uint8Array.from(things, ({ linked = false }) => Number(linked)),
});
/** Other things, so that a name or value is rare. */
const crowd = (from: number): Thing[] =>
  Array.from({ length: 30 }, (_, i) => ({ name: `${from + i} zz ${(from + i) * 7919}` }));
const match = (left: Thing[], right: Thing[], least = 0.5) =>
  matchEntities(side([...left, ...crowd(0)]), side([...right, ...crowd(1000)]), { least });
const pairsOf = ({ left, right }: ReturnType<typeof match>) => [...left].map((a, i) => [a, right[i]]);

describe('two entities', () => {
  it('of one name are one, whatever case, accents and punctuation', () => {
    const found = match([{ name: 'Saint-Étienne' }], [{ name: 'SAINT ETIENNE' }]);
    assert.deepEqual(pairsOf(found), [[0, 0]]);
    assert.ok(found.confidence[0] > 0.9);
  });

  it('of nearly one name may be one', () => {
    const found = match([{ name: 'Leonardo DiCaprio' }], [{ name: 'Leonardo di Caprio' }], 0.1);
    assert.deepEqual(pairsOf(found), [[0, 0]]);
    assert.ok(found.confidence[0] < 0.9);
    assert.equal(match([{ name: 'Leonardo' }], [{ name: 'Leopold' }], 0.01).left.length, 0);
  });

  it('of one name among several are told apart by values, by neighbours, by brackets', () => {
    const dune = (property: string, value: string): Thing => ({
      name: 'Dune',
      values: { [property]: [value] },
    });
    const films = [dune('year', '1984'), dune('year', '2021')];
    const others = [dune('released', '2021.0'), dune('released', '1984.0')];
    assert.deepEqual(pairsOf(match(films, others)).sort(), [
      [0, 1],
      [1, 0],
    ]);
    assert.equal(match([{ name: 'Dune' }, { name: 'Dune' }], [{ name: 'Dune' }]).left.length, 0);
    const near = (at: number): Thing => ({ name: 'Dune', near: [at, at + 2] });
    const crew: Thing[] = ['Kyle', 'Denis', 'Sting', 'Zendaya'].map((name) => ({ name }));
    const [left, right] = [
      [near(2), near(3), ...crew],
      [near(3), near(2), ...crew],
    ];
    const found = pairsOf(match(left, right)).filter(([a]) => a < 2);
    assert.deepEqual(found.sort(), [
      [0, 1],
      [1, 0],
    ]);
    assert.deepEqual(
      pairsOf(match([{ name: 'Dune (film)' }], [{ name: 'Dune (novel)' }, { name: 'Dune (film)' }])),
      [[0, 1]],
    );
  });

  it('of one name are doubted where a property of one name has other values', () => {
    const at = (year: string): Thing => ({ name: 'Dune', values: { Year: [year] } });
    const lower = (year: string): Thing => ({ name: 'Dune', values: { year: [year] } });
    const [same, other] = ['1984', '2021'].map((year) => match([at('1984')], [lower(year)], 0.01));
    assert.ok(same.confidence[0] > 0.9 && other.confidence[0] < 0.85);
  });

  it('of other names are one where they share values that hardly anyone has', () => {
    const values = { code: ['DEU'], number: ['276'], domain: ['.de'] };
    const found = match(
      [{ name: 'Deutschland', values }],
      [{ name: 'Germany', values: { iso: ['DEU', '276', '.de'] } }],
    );
    assert.deepEqual(pairsOf(found), [[0, 0]]);
    assert.equal(match([{ name: 'A', values }], [{ name: 'B', values: { iso: ['276'] } }]).left.length, 0);
  });

  it('are not proposed where one is linked already or their labels do not fit', () => {
    const one: Thing = { name: 'Dune' };
    assert.equal(match([{ ...one, linked: true }], [one]).left.length, 0);
    const labels = (a: number, b: number) => a === b;
    const [left, right] = [side([{ ...one, label: 1 }, ...crowd(0)]), side([one, ...crowd(1000)])];
    assert.equal(matchEntities(left, right, { least: 0.5, labels }).left.length, 0);
  });
});

describe('proposed links', () => {
  const thing = fc.record({
    name: fc.option(fc.constantFrom('ab', 'abc', 'b a', 'c (x)', 'c (y)', 'c'), { nil: undefined }),
    values: fc.dictionary(fc.constantFrom('p', 'q'), fc.array(fc.constantFrom('1', '2', '3'))),
    linked: fc.boolean(),
  });
  const things = fc.array(thing, { maxLength: 6 });
  const least = fc.constantFrom(0.01, 0.3, 0.5, 0.9);

  it('join each entity once at most, surest first, the same way seen from either side', () => {
    fc.assert(
      fc.property(things, things, least, (left, right, atLeast) => {
        const found = matchEntities(side(left), side(right), { least: atLeast });
        const pairs = pairsOf(found);
        for (const end of [0, 1] as const)
          assert.equal(new Set(pairs.map((pair) => pair[end])).size, pairs.length);
        for (const [i, confidence] of found.confidence.entries()) {
          assert.ok(confidence >= atLeast - 1e-6 && confidence <= 1);
          assert.ok(i === 0 || confidence <= found.confidence[i - 1]);
        }
        const turned = matchEntities(side(right), side(left), { least: atLeast });
        assert.deepEqual([...turned.confidence], [...found.confidence]);
        if (atLeast > 0.5)
          assert.deepEqual(
            pairsOf(turned)
              .map(([b, a]) => [a, b])
              .sort(),
            pairs.sort(),
          );
      }),
    );
  });

  it('lie between labels of one kind; a few by chance elsewhere do not make a kind', () => {
    const labelled = (labels: number[]) => ({ label: Int32Array.from(labels) });
    const left = labelled([...Array(10).fill(0), ...Array(10).fill(1)]);
    const right = labelled([...Array(10).fill(1), ...Array(9).fill(0), 1]);
    const all = Int32Array.from({ length: 20 }, (_, i) => i);
    const isKind = matchingLabels(left, right, { left: all, right: all, confidence: new Float32Array(20) });
    assert.ok(isKind(0, 1) && isKind(1, 0));
    assert.ok(!isKind(1, 1) && !isKind(0, 0) && !isKind(2, 0));
  });
});
