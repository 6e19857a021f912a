import type { ConfigInput } from '../src/config.js';
import type { DemoGraph } from './graph.js';

/**
 * The demo's configuration: relation names differ between the sources, so those that mean the same are mapped onto
 * the target's; entities meet by equal ISO codes.
 */
export function demoConfig(graphs: readonly DemoGraph[]): ConfigInput {
  const maps: Record<string, Record<string, string>> = {
    cldr: { OFFICIAL_LANGUAGE: 'SPEAKS', LEGAL_TENDER: 'PAYS_WITH' },
    wc: { hasLanguage: 'SPEAKS', usesCurrency: 'PAYS_WITH', callingCode: 'DIALS' },
  };
  return {
    sources: Object.fromEntries(
      graphs.map(({ source, nodes }) => [
        source,
        {
          nodes: nodes.map(({ label, key, properties }) => ({
            label,
            key,
            ...(properties.includes('name') && { name: 'name' }),
          })),
          ...(maps[source] && { relations: { map: maps[source] } }),
        },
      ]),
    ),
    alignments: [
      { match: { 'list.ListCountry.code': 'cldr.CldrTerritory.code' } },
      { match: { 'list.ListCountry.code': 'wc.WcCountry.cca2' } },
      { match: { 'list.ListLanguage.code': 'cldr.CldrLanguage.code' } },
      { match: { 'cldr.CldrLanguage.iso3': 'wc.WcLanguage.iso3' } },
      { match: { 'list.ListCurrency.code': 'cldr.CldrCurrency.code' } },
      { match: { 'list.ListCurrency.code': 'wc.WcCurrency.code' } },
      { match: { 'list.ListCallingCode.number': 'wc.WcCallingCode.number' } },
    ],
    heldOut: { valid: 0.1, test: 0.15 },
    teacher: { dim: 64, epochs: 40, learningRate: 0.2, n3: 0.03, evaluateEvery: 4, batch: 256 },
    student: {
      dim: 32,
      epochs: 60,
      learningRate: 0.1,
      n3: 0.03,
      evaluateEvery: 4,
      patience: 5,
      batch: 256,
      distillation: { probes: 0.2 },
    },
  };
}
