import type { ConfigInput } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { type LabelProfile, readLabelProfile } from './labelProfile.js';
import { rows } from './rows.js';
import { checkedName, readSchema } from './schema.js';

/** Names that relationships between sources usually have. */
const LINKING = /^(same_?as|owl[#:_]?sameas|equivalent|equals|matches|align|exact_?match|links?_?to_same)/i;
const KEYS = /^(id|uid|uuid|key|iri|uri|isbn|issn|.*id|.*code)$/i;
const CONFIDENCES = /^(confidence|score|similarity|probability|certainty)$/i;
const NAMES = /^(name|title|label|.*name|.*title)$/i;

/**
 * Proposes a configuration for a live graph: labels that relationships join are one source, relationship types that
 * look like sameness are alignments, with a confidence where one is there, and keys are unique properties. A person
 * should read it.
 *
 * @throws KgmentorError NO_DATA for an empty database
 */
export async function proposeConfig(graph: Graph): Promise<ConfigInput> {
  const schema = await readSchema(graph);
  // A backslash cannot be quoted safely: such a label is no source.
  const labels = schema.labels.filter((label) => !/^(Kg[A-Z]|__Neo4j)|\\/.test(label));
  const unique = await graph.read(async (tx) =>
    rows<{ label: string; properties: string[] }>(await tx.run(cypher('read-unique-keys'))),
  );
  const nodes = new Map<string, { label: string; key: string | string[]; name?: string }>();
  for (const label of labels) {
    const profile = await readLabelProfile(graph, schema, label);
    if (!profile || profile.nodes === 0) continue;
    nodes.set(label, {
      label,
      ...keyAndName(profile, unique.find((one) => one.label === label)?.properties),
    });
  }
  if (nodes.size === 0)
    throw new KgmentorError('NO_DATA', 'The database has no nodes.', {
      next: 'Import a graph first: write its sources into kgmentor.json by hand, such as {"sources":{"films":{"nodes":[{"label":"Film","key":"id"}]}}}, then `kgmentor import films --triples FILE`.',
    });
  const groupOf = new Map([...nodes.keys()].map((label) => [label, label]));
  const find = (label: string): string => {
    let at = label;
    while (groupOf.get(at) !== at) at = groupOf.get(at) as string;
    return at;
  };
  const alignments: { relationship: string; confidence?: string }[] = [];
  for (const type of schema.types.filter((one) => !/^(KG_|MIGRATED_TO)|\\/.test(one))) {
    const names = { TYPE: checkedName(schema, 'relationship type', type) };
    if (LINKING.test(type)) {
      const shares = withNames(cypher('read-link-shares'), names);
      const found = await graph.read(async (tx) => rows<{ name: string }>(await tx.run(shares)));
      const confidence = found.find(({ name }) => CONFIDENCES.test(name))?.name;
      alignments.push({ relationship: type, ...(confidence !== undefined && { confidence }) });
      continue;
    }
    const text = withNames(cypher('read-type-ends'), names);
    const ends = await graph.read(async (tx) =>
      rows<{ left: string[]; right: string[] }>(await tx.run(text)),
    );
    for (const { left, right } of ends) {
      const joined = [...left, ...right].filter((label) => nodes.has(label));
      for (const label of joined) groupOf.set(find(label), find(joined[0]));
    }
  }
  const sources = new Map<string, { nodes: { label: string; key: string | string[]; name?: string }[] }>();
  for (const [label, node] of nodes) {
    const name = find(label)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '_');
    const source = sources.get(name) ?? { nodes: [] };
    source.nodes.push(node);
    sources.set(name, source);
  }
  return { sources: Object.fromEntries(sources), alignments };
}

function keyAndName(profile: LabelProfile, unique?: string[]): { key: string | string[]; name?: string } {
  const seen = Math.max(0, ...profile.properties.map(({ present }) => present));
  const sampled = Math.min(profile.nodes, 10_000);
  const complete = profile.properties.filter(
    (p): p is { name: string; present: number; distinct: number } =>
      p.name !== null && seen === sampled && p.present === sampled && p.distinct === sampled,
  );
  const name = profile.properties.find((p) => p.name !== null && NAMES.test(p.name))?.name ?? undefined;
  const key = unique
    ? unique.length === 1
      ? unique[0]
      : unique
    : (complete.find((p) => KEYS.test(p.name))?.name ?? complete[0]?.name ?? 'elementId');
  return { key, ...(name && name !== key && { name }) };
}
