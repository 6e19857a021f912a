import { type DemoGraph, namesOf, sortedOnce } from './graph.js';

type Facts<T> = Readonly<Record<string, T>>;

/** What the package cldr-core (Unicode-3.0) holds under `supplemental`. */
export interface CldrData {
  readonly territoryInfo: Facts<{
    readonly languagePopulation?: Facts<{ readonly _officialStatus?: string }>;
  }>;
  readonly territoryContainment: Facts<{ readonly _contains: readonly string[] }>;
  readonly currencies: Facts<readonly Facts<{ readonly _to?: string; readonly _tender?: string }>[]>;
  readonly languageData: Facts<{ readonly _scripts?: readonly string[] }>;
  /** Group code → codes of its members, parted by blanks. */
  readonly languageGroups: Facts<string>;
  readonly languageAlias: Facts<{ readonly _reason: string; readonly _replacement: string }>;
  readonly timeZones: readonly {
    readonly mapZone: { readonly _other: string; readonly _territory: string };
  }[];
}

type Row = readonly [head: string, type: string, tail: string];

/** The Unicode consortium's view: languages with status, script and family, old and new money, regions, time zones. */
export function cldrGraph(data: CldrData): DemoGraph {
  const territories = Object.keys(data.territoryInfo)
    .filter((code) => code !== 'ZZ')
    .sort();
  const known = new Set(territories);
  const spoken = languageFacts(data, territories);
  const languages = new Set(spoken.map(([, , language]) => language));
  const family = familyFacts(data, languages);
  const written = writtenFacts(data, languages);
  const money = moneyFacts(data, known);
  const { within, member, regionsWithin, regions } = regionFacts(data, known);
  const zones = sortedOnce(
    data.timeZones
      .filter(({ mapZone }) => known.has(mapZone._territory))
      .map(({ mapZone }): Row => [mapZone._territory, 'KEEPS_TIME', mapZone._other]),
  );
  const iso3 = new Map(
    Object.entries(data.languageAlias)
      .filter(([, alias]) => alias._reason === 'overlong')
      .map(([code, alias]) => [alias._replacement, code]),
  );
  const tails = (rows: readonly Row[]) => sortedOnce(rows.map(([, , tail]) => [tail]));
  const named = (label: string, codes: readonly (readonly string[])[], name: (code: string) => string) => ({
    label,
    key: 'code',
    properties: ['name'],
    rows: codes.map(([code]) => [code, name(code)]),
  });
  const language = namesOf('language');
  return {
    source: 'cldr',
    nodes: [
      {
        label: 'CldrTerritory',
        key: 'code',
        properties: ['name'],
        rows: territories.map((code) => [code, namesOf('region')(code)]),
      },
      {
        label: 'CldrLanguage',
        key: 'code',
        properties: ['name', 'iso3'],
        rows: sortedOnce([...languages].map((code) => [code, language(code), iso3.get(code) ?? code])),
      },
      named('CldrCurrency', tails(money), namesOf('currency')),
      named('CldrScript', tails(written), namesOf('script')),
      named('CldrFamily', tails(family), language),
      named('CldrRegion', sortedOnce([...regions].map((code) => [code])), namesOf('region')),
      { label: 'CldrTimeZone', key: 'name', properties: [], rows: tails(zones) },
    ],
    relationships: [
      { from: 'CldrTerritory', to: 'CldrLanguage', rows: spoken },
      { from: 'CldrTerritory', to: 'CldrCurrency', rows: money },
      { from: 'CldrTerritory', to: 'CldrTimeZone', rows: zones },
      { from: 'CldrTerritory', to: 'CldrRegion', rows: sortedOnce([...within, ...member]) },
      { from: 'CldrRegion', to: 'CldrRegion', rows: regionsWithin },
      { from: 'CldrLanguage', to: 'CldrScript', rows: written },
      { from: 'CldrLanguage', to: 'CldrFamily', rows: family },
    ],
  };
}

const STATUS: Readonly<Record<string, string>> = {
  official: 'OFFICIAL_LANGUAGE',
  de_facto_official: 'OFFICIAL_LANGUAGE',
  official_regional: 'REGIONAL_LANGUAGE',
};

/** `zh_Hant` is the language `zh` in a script; the strongest status of its forms counts. */
function languageFacts(data: CldrData, territories: readonly string[]): Row[] {
  const strength = ['SPOKEN_LANGUAGE', 'REGIONAL_LANGUAGE', 'OFFICIAL_LANGUAGE'];
  const best = new Map<string, Row>();
  for (const territory of territories) {
    const population = data.territoryInfo[territory].languagePopulation ?? {};
    for (const [form, { _officialStatus = '' }] of Object.entries(population)) {
      const language = form.split('_')[0];
      const type = STATUS[_officialStatus] ?? 'SPOKEN_LANGUAGE';
      const before = best.get(`${territory} ${language}`);
      if (!before || strength.indexOf(before[1]) < strength.indexOf(type)) {
        best.set(`${territory} ${language}`, [territory, type, language]);
      }
    }
  }
  return sortedOnce(best.values());
}

function moneyFacts(data: CldrData, known: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  for (const [territory, uses] of Object.entries(data.currencies)) {
    if (!known.has(territory)) continue;
    const now = new Set<string>();
    const once = new Set<string>();
    for (const use of uses) {
      for (const [code, { _to, _tender }] of Object.entries(use)) {
        if (_tender !== 'false') (_to ? once : now).add(code);
      }
    }
    for (const code of now) rows.push([territory, 'LEGAL_TENDER', code]);
    for (const code of once) if (!now.has(code)) rows.push([territory, 'FORMER_TENDER', code]);
  }
  return sortedOnce(rows);
}

function writtenFacts(data: CldrData, languages: ReadonlySet<string>): Row[] {
  return sortedOnce(
    [...languages].flatMap((code) => [
      ...(data.languageData[code]?._scripts ?? []).map((script): Row => [code, 'WRITTEN_IN', script]),
      ...(data.languageData[`${code}-alt-secondary`]?._scripts ?? []).map(
        (script): Row => [code, 'ALSO_WRITTEN_IN', script],
      ),
    ]),
  );
}

/** A language's smallest family and the larger ones around it: the group lists nest. */
function familyFacts(data: CldrData, languages: ReadonlySet<string>): Row[] {
  const parents = new Map<string, string[]>();
  for (const [group, members] of Object.entries(data.languageGroups)) {
    // `mul` says "several languages" and `art` "invented ones": no families.
    if (group === 'mul' || group === 'art') continue;
    for (const member of members.split(' ')) parents.set(member, [...(parents.get(member) ?? []), group]);
  }
  const around = (code: string, seen = new Set<string>()): Set<string> => {
    for (const group of parents.get(code) ?? []) {
      if (!seen.has(group)) around(group, seen.add(group));
    }
    return seen;
  };
  return sortedOnce(
    [...languages].flatMap((code) => [...around(code)].map((group): Row => [code, 'IN_FAMILY', group])),
  );
}

const UNIONS = new Set(['EU', 'EZ', 'UN']);

function regionFacts(data: CldrData, known: ReadonlySet<string>) {
  const within: Row[] = [];
  const member: Row[] = [];
  const regionsWithin: Row[] = [];
  const regions = new Set<string>();
  for (const [region, { _contains }] of Object.entries(data.territoryContainment)) {
    if (region.includes('-status-')) continue;
    for (const inside of _contains) {
      if (inside === 'QO' || region === 'QO') continue;
      regions.add(region);
      if (known.has(inside)) {
        if (UNIONS.has(region)) member.push([inside, 'MEMBER_OF', region]);
        else within.push([inside, 'CONTAINED_IN', region]);
      } else if (data.territoryContainment[inside]) {
        regions.add(inside);
        regionsWithin.push([inside, 'CONTAINED_IN', region]);
      }
    }
  }
  return { within, member, regionsWithin: sortedOnce(regionsWithin), regions };
}
