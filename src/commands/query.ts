import type { Config, NodeConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { requireSource } from '../graph/alignments.js';
import { keyValue } from '../graph/keyValue.js';
import type { KeyValue } from '../kg/keys.js';
import { type Flags, text } from './command.js';

/** How a node is named on the command line. */
export const keyHelp = { '<key>': `a composite key is a JSON list: '["The Matrix",1999]'` };

/** The label asked for, checked; the first one of the source where none is named. */
export function labelOf(config: Config, source: string, label: string | undefined): string {
  requireSource(config, source);
  return nodeOf(config, source, label ?? config.sources[source].nodes[0].label).label;
}

function nodeOf(config: Config, source: string, label: string): NodeConfig {
  const { nodes } = config.sources[source];
  const node = nodes.find((one) => one.label === label);
  if (node) return node;
  throw new KgmentorError('USAGE', `The source ${source} has no label ${JSON.stringify(label)}.`, {
    next: `It has ${nodes.map((one) => one.label).join(', ')}.`,
  });
}

/** The property of names, where the config has one. */
export const nameOf = (config: Config, source: string, label: string): string | undefined =>
  nodeOf(config, source, label).name;

/** The flag --k as a number. */
export function atMost(flags: Flags, usual: number): number {
  const given = text(flags, 'k');
  const k = given === undefined ? usual : Number(given);
  if (Number.isInteger(k) && k > 0 && k <= 1000) return k;
  throw new KgmentorError('USAGE', `--k ${given} is no whole number from 1 to 1000.`);
}

/**
 * A key as it was typed: a composite key is a JSON list; a word that looks like an integer, a number, true or false is
 * text first, else what it looks like.
 *
 * @throws KgmentorError USAGE for a composite key of other parts
 */
export function keyOf(
  config: Config,
  source: string,
  label: string,
  typed: string,
): { key: readonly KeyValue[]; otherKey?: readonly KeyValue[] } {
  const { key } = nodeOf(config, source, label);
  const parts = typeof key === 'string' ? 1 : key.length;
  if (parts === 1) {
    const value = likeness(typed);
    return { key: [typed], ...(value !== undefined && { otherKey: [value] }) };
  }
  const values = listOf(typed);
  if (values?.length === parts) return { key: values };
  throw new KgmentorError('USAGE', `The key of ${label} has ${parts} parts.`, {
    next: `Write it as a JSON list, such as '["The Matrix",1999]'.`,
  });
}

/** What a word looks like, other than text. */
function likeness(typed: string): KeyValue | undefined {
  const word = typed.trim();
  if (/^(true|false)$/.test(word)) return word === 'true';
  const number = Number(word);
  if (word === '' || Number.isNaN(number)) return undefined;
  if (!/^-?\d+$/.test(word) || Number.isSafeInteger(number)) return number;
  // A JavaScript number cannot hold it, and would ask for another node.
  const integer = BigInt(word);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

/** A JSON list; integers beyond 2^53 stay what they are. */
function listOf(typed: string): KeyValue[] | undefined {
  const exact = typed.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d+(?![\d.eE])/g, (part) =>
    part.startsWith('"') || Number.isSafeInteger(Number(part)) ? part : `{"int":"${part}"}`,
  );
  try {
    const values: unknown = JSON.parse(exact);
    return Array.isArray(values) ? values.map((value) => keyValue(value) as KeyValue) : undefined;
  } catch {
    return undefined;
  }
}
