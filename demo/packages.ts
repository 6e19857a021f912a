import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { KgmentorError } from '../src/errors.js';
import { type CldrData, cldrGraph } from './cldr.js';
import type { DemoGraph } from './graph.js';
import { type ListData, listGraph } from './list.js';
import { type WorldCountry, worldCountriesGraph } from './worldCountries.js';

/** The data packages: fetched by the demo alone, never a dependency of kgmentor. */
export const PACKAGES = [
  { name: 'countries-list', version: '3.4.1', licence: 'MIT' },
  { name: 'cldr-core', version: '48.2.0', licence: 'Unicode-3.0' },
  { name: 'world-countries', version: '5.1.0', licence: 'ODbL-1.0, share-alike' },
] as const;

/** Installs the three packages below `folder` unless these versions lie there already. */
export async function fetchPackages(folder: string): Promise<'fetched' | 'present'> {
  if (await present(folder)) return 'present';
  await mkdir(folder, { recursive: true });
  // An empty package.json keeps npm from taking a folder further up for the project.
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const specs = PACKAGES.map(({ name, version }) => `${name}@${version}`);
  const parameters = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const [program, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  try {
    await promisify(execFile)(program, [...before, ...parameters, '--prefix', folder, ...specs], {
      cwd: folder,
      shell: program === 'npm' && process.platform === 'win32',
    });
  } catch (cause) {
    throw new KgmentorError('NO_DATA', `npm could not fetch ${specs.join(', ')}.`, {
      next: `Check the network and npm's settings, then run the demo again. To see npm's own words: npm install --prefix ${folder} ${specs.join(' ')}`,
      cause,
    });
  }
  return 'fetched';
}

async function present(folder: string): Promise<boolean> {
  const found = await Promise.all(
    PACKAGES.map(async ({ name, version }) => {
      try {
        const text = await readFile(path.join(folder, 'node_modules', name, 'package.json'), 'utf8');
        return (JSON.parse(text) as { version: string }).version === version;
      } catch {
        return false;
      }
    }),
  );
  return found.every(Boolean);
}

/** Reads the packages' files below `folder` as the three graphs of the demo. */
export async function readGraphs(folder: string): Promise<[list: DemoGraph, cldr: DemoGraph, wc: DemoGraph]> {
  const json = async <T>(file: string): Promise<T> =>
    JSON.parse(await readFile(path.join(folder, 'node_modules', file), 'utf8')) as T;
  const supplemental = async <T>(name: string): Promise<T> =>
    (await json<{ supplemental: T }>(`cldr-core/supplemental/${name}.json`)).supplemental;
  const list: ListData = {
    countries: await json('countries-list/countries.min.json'),
    continents: await json('countries-list/continents.min.json'),
    languages: await json('countries-list/languages.all.min.json'),
    currencies: await json('countries-list/currencies.all.min.json'),
  };
  const cldr: CldrData = {
    territoryInfo: (await supplemental<Pick<CldrData, 'territoryInfo'>>('territoryInfo')).territoryInfo,
    territoryContainment: (await supplemental<Pick<CldrData, 'territoryContainment'>>('territoryContainment'))
      .territoryContainment,
    currencies: (await supplemental<{ currencyData: { region: CldrData['currencies'] } }>('currencyData'))
      .currencyData.region,
    languageData: (await supplemental<Pick<CldrData, 'languageData'>>('languageData')).languageData,
    languageGroups: (await supplemental<Pick<CldrData, 'languageGroups'>>('languageGroups')).languageGroups,
    languageAlias: (
      await supplemental<{ metadata: { alias: { languageAlias: CldrData['languageAlias'] } } }>('aliases')
    ).metadata.alias.languageAlias,
    timeZones: (await supplemental<{ windowsZones: { mapTimezones: CldrData['timeZones'] } }>('windowsZones'))
      .windowsZones.mapTimezones,
  };
  const world = await json<WorldCountry[]>('world-countries/countries.json');
  return [listGraph(list), cldrGraph(cldr), worldCountriesGraph(world)];
}
