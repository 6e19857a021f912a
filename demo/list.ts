import { type DemoGraph, sortedOnce } from './graph.js';

/** What the package countries-list (MIT) holds of a country. */
interface ListCountry {
  readonly name: string;
  readonly native: string;
  readonly capital: string;
  readonly continent: string;
  readonly continents?: readonly string[];
  readonly phone: readonly number[];
  readonly currency: readonly string[];
  readonly languages: readonly string[];
  readonly partOf?: string;
}
interface Named {
  readonly name: string;
  readonly native?: string;
}

export interface ListData {
  readonly countries: Readonly<Record<string, ListCountry>>;
  readonly continents: Readonly<Record<string, string>>;
  readonly languages: Readonly<Record<string, Named>>;
  readonly currencies: Readonly<Record<string, Named>>;
}

/** The target of the demo: a plain list of countries with few facts a country. */
export function listGraph(data: ListData): DemoGraph {
  const countries = Object.entries(data.countries);
  const each = <T>(facts: (country: ListCountry) => readonly T[], type: string) =>
    sortedOnce(
      countries.flatMap(([code, country]) =>
        facts(country).map((tail) => [code, type, String(tail)] as const),
      ),
    );
  // Currencies that have no name of their own in the package still are facts.
  const currencies = new Set([...Object.keys(data.currencies), ...countries.flatMap(([, c]) => c.currency)]);
  const phones = new Set(countries.flatMap(([, c]) => c.phone.map(String)));
  return {
    source: 'list',
    nodes: [
      {
        label: 'ListCountry',
        key: 'code',
        properties: ['name', 'native', 'capital'],
        rows: sortedOnce(countries.map(([code, c]) => [code, c.name, c.native, c.capital])),
      },
      {
        label: 'ListLanguage',
        key: 'code',
        properties: ['name', 'native'],
        rows: sortedOnce(Object.entries(data.languages).map(([code, l]) => [code, l.name, l.native ?? ''])),
      },
      {
        label: 'ListCurrency',
        key: 'code',
        properties: ['name'],
        rows: sortedOnce([...currencies].map((code) => [code, data.currencies[code]?.name ?? code])),
      },
      {
        label: 'ListContinent',
        key: 'code',
        properties: ['name'],
        rows: sortedOnce(Object.entries(data.continents)),
      },
      {
        label: 'ListCallingCode',
        key: 'number',
        properties: ['name'],
        rows: sortedOnce([...phones].map((number) => [number, `+${number}`])),
      },
    ],
    relationships: [
      { from: 'ListCountry', to: 'ListLanguage', rows: each((c) => c.languages, 'SPEAKS') },
      { from: 'ListCountry', to: 'ListCurrency', rows: each((c) => c.currency, 'PAYS_WITH') },
      {
        from: 'ListCountry',
        to: 'ListContinent',
        rows: each((c) => c.continents ?? [c.continent], 'ON_CONTINENT'),
      },
      { from: 'ListCountry', to: 'ListCallingCode', rows: each((c) => c.phone, 'DIALS') },
      { from: 'ListCountry', to: 'ListCountry', rows: each((c) => (c.partOf ? [c.partOf] : []), 'PART_OF') },
    ],
  };
}
