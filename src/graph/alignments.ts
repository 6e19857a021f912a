import type { AlignmentConfig, Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import { nearest } from '../kg/nearest.js';

/**
 * Refuses a source that the config does not have.
 *
 * @throws KgmentorError USAGE with the nearest name
 */
export function requireSource(config: Pick<Config, 'sources'>, name: string): void {
  const known = Object.keys(config.sources);
  if (known.includes(name)) return;
  const [near] = nearest(name, known);
  throw new KgmentorError('USAGE', `The configuration has no source ${JSON.stringify(name)}.`, {
    next: near ? `Did you mean ${JSON.stringify(near)}?` : `It has ${known.join(', ') || 'none'}.`,
  });
}

/** Where a property stands that identifies entities. */
export interface Place {
  readonly source: string;
  readonly label: string;
  readonly property: string;
}

/**
 * "source.Label.property" in its parts, where names may hold points themselves.
 *
 * @throws KgmentorError USAGE
 */
export function placeOf(
  sources: readonly { readonly name: string; readonly labels: readonly string[] }[],
  text: string,
): Place {
  for (const { name, labels } of sources)
    for (const label of labels) {
      const start = `${name}.${label}.`;
      if (text.startsWith(start) && text.length > start.length)
        return { source: name, label, property: text.slice(start.length) };
    }
  const near = nearest(
    text,
    sources.flatMap(({ name, labels }) =>
      labels.map((label) => `${name}.${label}.${text.slice(text.lastIndexOf('.') + 1)}`),
    ),
  );
  throw new KgmentorError(
    'USAGE',
    `The alignment ${JSON.stringify(text)} names no source and label of the configuration.`,
    {
      next: near.length ? `Did you mean ${JSON.stringify(near[0])}?` : 'Write it as "source.Label.property".',
    },
  );
}

/**
 * The alignments that join sources which are read. All are checked, those of other sources as well.
 *
 * @throws KgmentorError USAGE for an unknown source or label, and where a source is joined with itself
 */
export function chosenAlignments(config: Config, names: readonly string[]): AlignmentConfig[] {
  const labelled = Object.entries(config.sources).map(([name, { nodes }]) => ({
    name,
    labels: nodes.map(({ label }) => label),
  }));
  const isRead = (left: string, right: string): boolean => {
    for (const name of [left, right]) requireSource(config, name);
    if (left === right)
      throw new KgmentorError('USAGE', `An alignment joins the source ${left} with itself.`, {
        next: 'Links join two sources: correct "alignments" of the configuration.',
      });
    return names.includes(left) && names.includes(right);
  };
  return config.alignments.flatMap((one): AlignmentConfig[] => {
    if (!('match' in one)) return !one.between || isRead(...one.between) ? [one] : [];
    const pairs = Object.entries(one.match).filter(([left, right]) =>
      isRead(placeOf(labelled, left).source, placeOf(labelled, right).source),
    );
    return pairs.length > 0 ? [{ ...one, match: Object.fromEntries(pairs) }] : [];
  });
}
