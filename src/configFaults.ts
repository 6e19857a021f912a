import type { z } from 'zod';
import { nearest } from './kg/nearest.js';

type Issue = z.core.$ZodIssue;

/**
 * The faults of a configuration as sentences, each with its place; unknown keys with the nearest known one.
 *
 * @param schema JSON Schema of the whole configuration
 */
export const faultSentences = (issues: readonly Issue[], schema: JsonNode): string[] => [
  ...new Set(flat(issues).map((issue) => describe(issue, schema))),
];

function flat(issues: readonly Issue[], under: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue) => {
    const at = [...under, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      return flat(unionIssues(issue.errors), at);
    }
    return [{ ...issue, path: at }];
  });
}

/** A union's issues hide in its branches: of those for the value's own type, the one with fewest tells most. */
function unionIssues(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const own = branches.filter(
    (branch) => !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  const best = (own.length > 0 ? own : branches).reduce((a, b) => (b.length < a.length ? b : a));
  const missing = branches.map((branch) =>
    branch.find(({ message, path }) => path.length === 1 && message.endsWith('received undefined')),
  );
  const unknown = branches.map((branch) => branch.filter(({ code }) => code === 'unrecognized_keys'));
  const fitEqually = new Set(unknown.map((issues) => JSON.stringify(issues))).size === 1;
  if (missing.includes(undefined) || !fitEqually) return best;
  const keys = missing.map((issue) => JSON.stringify(issue?.path[0]));
  const message = `one of ${keys.slice(0, -1).join(', ')} or ${keys.at(-1)} is needed`;
  return [{ code: 'custom', path: [], message }, ...unknown[0]];
}

function describe(issue: Issue, schema: JsonNode): string {
  const at = issue.path.map(String).join('.') || 'the top level';
  if (issue.code !== 'unrecognized_keys')
    return `${at}: ${issue.message.replace(/^Invalid (input|option): /, '')}`;
  return issue.keys
    .map((key) => {
      const [near] = nearest(key, keysAt(schema, issue.path));
      if (near === key) return `the key ${JSON.stringify(key)} at ${at} does not go with the others there`;
      return `unknown key ${JSON.stringify(key)} at ${at}${near ? ` (did you mean ${JSON.stringify(near)}?)` : ''}`;
    })
    .join('; ');
}

/** The keys that the schema knows at a place, for the nearest one to a wrong one. */
function keysAt(schema: JsonNode, at: readonly PropertyKey[]): string[] {
  let nodes: JsonNode[] = [schema];
  for (const step of at)
    nodes = nodes.flatMap(variants).flatMap((node) => {
      const next =
        typeof step === 'number'
          ? node.items
          : (node.properties?.[String(step)] ??
            (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined));
      return next && !Array.isArray(next) ? [next] : [];
    });
  return nodes.flatMap(variants).flatMap((node) => Object.keys(node.properties ?? {}));
}

/** What of a JSON Schema is needed to find the keys at a place. */
export interface JsonNode {
  properties?: Record<string, JsonNode>;
  additionalProperties?: JsonNode | boolean;
  items?: JsonNode;
  anyOf?: JsonNode[];
}

const variants = (node: JsonNode): JsonNode[] => [node, ...(node.anyOf ?? []).flatMap(variants)];
