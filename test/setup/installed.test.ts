import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const { holdsAll } = (await import(new URL('scripts/installed.mjs', root).href)) as {
  holdsAll: (lock: string, installed: string) => boolean;
};
const lock = readFileSync(new URL('package-lock.json', root), 'utf8');
const here = readFileSync(new URL('node_modules/.package-lock.json', root), 'utf8');

interface Package {
  version: string;
  integrity?: string;
  optional?: boolean;
}

/** The list of what is installed, but for one package. */
function without(place: string, other?: Partial<Package>): string {
  const list = JSON.parse(here) as { packages: Record<string, Package> };
  assert.ok(list.packages[place], place);
  if (other) Object.assign(list.packages[place], other);
  else delete list.packages[place];
  return JSON.stringify(list);
}

test('what npm installed is not installed again, though packages for other systems are not here', () => {
  assert.ok(holdsAll(lock, here));
});

test('a package that is missing, of another version or of other contents has to be installed', () => {
  const place = 'node_modules/neo4j-driver';
  assert.ok(!holdsAll(lock, without(place)));
  assert.ok(!holdsAll(lock, without(place, { version: '0.0.1' })));
  assert.ok(!holdsAll(lock, without(place, { integrity: 'sha512-other' })));
});

test('an optional package for this system has to be here', () => {
  type Platform = { os?: string[]; libc?: string[] };
  const { packages } = JSON.parse(here) as { packages: Record<string, Package & Platform> };
  const isForHere = ({ optional, os, libc }: Package & Platform) => optional && os && !libc;
  const optional = Object.keys(packages).filter((place) => isForHere(packages[place]));
  assert.ok(optional.length > 0);
  for (const place of optional) assert.ok(!holdsAll(lock, without(place)), place);
});

test('without a list, or with half of one, all is installed', () => {
  assert.ok(!holdsAll(lock, ''));
  assert.ok(!holdsAll(lock, here.slice(0, here.length / 2)));
});
