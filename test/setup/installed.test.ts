import assert from 'node:assert/strict';
import { test } from 'node:test';

interface Package {
  version: string;
  integrity: string;
  optional?: true;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}
type Packages = Record<string, Package>;

const module = new URL('../../../scripts/installed.mjs', import.meta.url).href;
const { holdsAll } = (await import(module)) as {
  holdsAll: (lock: string, listed: string, isThere: (place: string) => boolean, isKnown: boolean) => boolean;
};

const one = (name: string, more: Partial<Package> = {}): Packages => ({
  [`node_modules/${name}`]: { version: '1.2.3', integrity: `sha512-${name}`, ...more },
});
const OPTIONAL = { optional: true } as const;
const other = process.platform === 'linux' ? 'darwin' : 'linux';
const { glibcVersionRuntime } = (process.report.getReport() as { header: Record<string, unknown> }).header;
const [libc, otherLibc] = glibcVersionRuntime ? ['glibc', 'musl'] : ['musl', 'glibc'];
const HERE = { ...OPTIONAL, os: [process.platform], cpu: [process.arch] };
const IN_LINUX = process.platform === 'linux' ? { libc: [libc] } : {};
const installed = {
  ...one('a'),
  ...one('a/node_modules/b'),
  ...one('b'),
  ...one('native', { ...HERE, ...IN_LINUX }),
};
const elsewhere = {
  ...one('native-other', { ...OPTIONAL, os: [other] }),
  ...one('native-cpu', { ...OPTIONAL, os: [process.platform], cpu: ['none'] }),
  ...(process.platform === 'linux' && one('native-libc', { ...HERE, libc: [otherLibc] })),
};
const wanted = { ...installed, ...elsewhere };

const holds = (lock: Packages, listed: Packages, isThere = (_: string) => true, isKnown = false) =>
  holdsAll(
    JSON.stringify({ packages: { '': { name: 'x' }, ...lock } }),
    JSON.stringify({ packages: listed }),
    isThere,
    isKnown,
  );

test('what npm installed is not installed again, though packages for other systems are not here', () => {
  assert.ok(holds(wanted, installed));
});

test('a package that is missing, of another version or of other contents has to be installed', () => {
  for (const place of Object.keys(installed)) {
    const { [place]: found, ...rest } = installed;
    assert.ok(!holds(wanted, rest), place);
    assert.ok(!holds(wanted, { ...rest, [place]: { ...found, version: '1.2.4' } }));
    assert.ok(!holds(wanted, { ...rest, [place]: { ...found, integrity: 'sha512-other' } }));
    for (const isKnown of [false, true])
      assert.ok(!holds(wanted, installed, (at) => at !== place, isKnown), `${place} was removed by hand`);
  }
});

test('an optional package that could not be had is not fetched at each start', () => {
  const { 'node_modules/native': _, ...rest } = installed;
  assert.ok(holds(wanted, rest, () => true, true));
});

test('a package that the lock has no more has to go where it hides another, and may stay elsewhere', () => {
  const { 'node_modules/a/node_modules/b': _, ...hoisted } = wanted;
  for (const isKnown of [false, true]) assert.ok(!holds(hoisted, installed, () => true, isKnown));
  assert.ok(holds(wanted, { ...installed, ...one('mine'), ...one('mine/node_modules/b') }));
});

test('without a list, or with half of one, all is installed', () => {
  const [lock, listed] = [wanted, installed].map((packages) => JSON.stringify({ packages }));
  assert.ok(holdsAll(lock, listed, () => true, false));
  assert.ok(!holdsAll(lock, '', () => true, false));
  assert.ok(
    holdsAll(lock, '', () => true, true),
    'an npm that writes none is not asked for ever',
  );
  for (const broken of [listed.slice(0, listed.length / 2), '{}'])
    assert.ok(!holdsAll(lock, broken, () => true, true));
});
