import { createHash } from 'node:crypto';
import { type DemoGraph, sortedOnce } from './graph.js';

/** What the package world-countries (ODbL-1.0) holds of a country. */
export interface WorldCountry {
  readonly name: { readonly common: string; readonly official: string };
  readonly cca2: string;
  readonly cca3: string;
  readonly capital: readonly string[];
  readonly region: string;
  readonly subregion: string;
  readonly unRegionalGroup: string;
  readonly borders: readonly string[];
  readonly tld: readonly string[];
  readonly idd: { readonly root: string; readonly suffixes: readonly string[] };
  readonly currencies: Readonly<Record<string, { readonly name: string }>>;
  readonly languages: Readonly<Record<string, string>>;
}

/** Share of countries whose linking code is left out, so that their links are a test. */
export const HELD_OUT_LINKS = 0.15;

/** Whether a country's link is held out: a keyed hash, the same on every run and machine. */
export function linkHeldOut(cca3: string): boolean {
  const hash = createHash('sha256').update(`kgmentor demo link ${cca3}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32 < HELD_OUT_LINKS;
}

/** Codes of a country as they are dialled; many suffixes are area codes, of which the root alone is the country's. */
export function callingCodes({ root, suffixes }: WorldCountry['idd']): string[] {
  const digits = root.replace('+', '');
  if (digits === '') return [];
  return suffixes.length === 0 || suffixes.length > 10 ? [digits] : suffixes.map((suffix) => digits + suffix);
}

/** The community's view: neighbours, regions, domains, and languages by three letters. */
export function worldCountriesGraph(countries: readonly WorldCountry[]): DemoGraph {
  const each = (facts: (country: WorldCountry) => readonly string[], type: string) =>
    sortedOnce(
      countries.flatMap((country) =>
        facts(country)
          .filter((tail) => tail !== '')
          .map((tail) => [country.cca3, type, tail] as const),
      ),
    );
  const tails = (rows: readonly (readonly [string, string, string])[]) =>
    sortedOnce(rows.map(([, , tail]) => [tail] as const));
  const languages = new Map(countries.flatMap((country) => Object.entries(country.languages)));
  const currencies = new Map(
    countries.flatMap((country) =>
      Object.entries(country.currencies).map(([code, { name }]) => [code, name]),
    ),
  );
  const subregion = each((c) => [c.subregion], 'inSubregion');
  const region = each((c) => [c.region], 'inRegion');
  const group = each((c) => [c.unRegionalGroup], 'inRegionalGroup');
  const domain = each((c) => c.tld, 'hasDomain');
  const calling = each((c) => callingCodes(c.idd), 'callingCode');
  const keyed = (label: string, key: string, rows: readonly (readonly string[])[]) => ({
    label,
    key,
    properties: [],
    rows,
  });
  return {
    source: 'wc',
    nodes: [
      {
        label: 'WcCountry',
        key: 'cca3',
        properties: ['cca2', 'name', 'officialName', 'capital'],
        rows: sortedOnce(
          countries.map((c) => [
            c.cca3,
            linkHeldOut(c.cca3) ? '' : c.cca2,
            c.name.common,
            c.name.official,
            c.capital[0] ?? '',
          ]),
        ),
      },
      { label: 'WcLanguage', key: 'iso3', properties: ['name'], rows: sortedOnce([...languages]) },
      { label: 'WcCurrency', key: 'code', properties: ['name'], rows: sortedOnce([...currencies]) },
      keyed('WcSubregion', 'name', tails(subregion)),
      keyed('WcRegion', 'name', tails(region)),
      keyed('WcRegionalGroup', 'name', tails(group)),
      keyed('WcDomain', 'name', tails(domain)),
      keyed('WcCallingCode', 'number', tails(calling)),
    ],
    relationships: [
      {
        from: 'WcCountry',
        to: 'WcLanguage',
        rows: each((c) => Object.keys(c.languages), 'hasLanguage'),
      },
      {
        from: 'WcCountry',
        to: 'WcCurrency',
        rows: each((c) => Object.keys(c.currencies), 'usesCurrency'),
      },
      { from: 'WcCountry', to: 'WcCountry', rows: each((c) => c.borders, 'borders') },
      { from: 'WcCountry', to: 'WcSubregion', rows: subregion },
      { from: 'WcCountry', to: 'WcRegion', rows: region },
      { from: 'WcCountry', to: 'WcRegionalGroup', rows: group },
      { from: 'WcCountry', to: 'WcDomain', rows: domain },
      { from: 'WcCountry', to: 'WcCallingCode', rows: calling },
    ],
  };
}
