import { KgmentorError } from '../errors.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { migrate } from './migrate.js';
import { rows } from './rows.js';
import { checkedName, readSchema } from './schema.js';
import { readIndexes, readPublications } from './slots.js';

/** One thing looked at: what was found against what was expected, and the mend where they differ. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  readonly expected?: string;
  readonly mend?: string;
}

/**
 * Looks at what kgmentor wrote into a database: migrations, publications against their indexes and nodes, leftovers
 * of killed publishers. Reads only.
 *
 * @example
 * const faults = (await inspect(graph)).filter(({ ok }) => !ok);
 */
export async function inspect(graph: Graph): Promise<Finding[]> {
  const schema = await readSchema(graph);
  return [
    {
      what: `server at ${graph.uri}`,
      ok: true,
      found: `Neo4j ${graph.server.version} ${graph.server.edition}, database ${graph.database}`,
    },
    await migrations(graph),
    ...(schema.labels.includes('KgPublication') ? await publications(graph) : []),
    ...(schema.labels.includes('KgLease') ? await leftovers(graph) : []),
    ...(schema.labels.includes('KgImport') ? await stoppedImports(graph) : []),
  ];
}

async function migrations(graph: Graph): Promise<Finding> {
  try {
    const { pending, before } = await migrate(graph, { dryRun: true });
    return pending.length === 0
      ? { what: 'migrations', ok: true, found: `${before.length} applied` }
      : {
          what: 'migrations',
          ok: true,
          found: `${pending.length} to apply before the first publication`,
          mend: '`kgmentor publish` applies them, or `kgmentor migrate`',
        };
  } catch (error) {
    if (!(error instanceof KgmentorError) || error.code !== 'SCHEMA') throw error;
    return { what: 'migrations', ok: false, found: error.message, mend: error.next };
  }
}

async function publications(graph: Graph): Promise<Finding[]> {
  const published = await readPublications(graph);
  const indexes = await readIndexes(graph);
  const schema = await readSchema(graph);
  const findings: Finding[] = [];
  for (const { source, label, model, property, index: name } of published) {
    const what = `publication of ${source}.${label}`;
    const mend = `\`kgmentor publish ${source}\` again`;
    const index = indexes.find((one) => one.name === name);
    if (index?.state !== 'ONLINE') {
      findings.push({
        what,
        ok: false,
        found: `its index ${name} is ${index?.state ?? 'gone'}`,
        expected: 'ONLINE',
        mend,
      });
      continue;
    }
    const text = withNames(cypher('read-without-vector'), { LABEL: checkedName(schema, 'label', label) });
    const [{ nodes, without }] = await graph.read(async (tx) =>
      rows<{ nodes: number; without: number }>(await tx.run(text, { property })),
    );
    findings.push({
      what,
      ok: without === 0,
      found: `${model}, index ${name}, ${nodes - without} of ${nodes} nodes have a vector`,
      ...(without > 0 && {
        expected: 'all',
        mend: `a handful: \`kgmentor add ${source}\`; more: \`kgmentor retrain ${source}\` and \`kgmentor publish ${source}\``,
      }),
    });
  }
  const used = new Set(published.flatMap((p) => [p.index, p.previousIndex]));
  for (const { name } of indexes.filter((index) => !used.has(index.name)))
    findings.push({
      what: 'vector index',
      ok: false,
      found: `${name} serves no publication: an unfinished one left it`,
      mend: '`kgmentor publish --clean` removes it, and so does the next publication of its source',
    });
  return findings;
}

async function leftovers(graph: Graph): Promise<Finding[]> {
  const found = await graph.read(async (tx) =>
    rows<{ name: string; holder: string }>(await tx.run(cypher('read-leftovers'))),
  );
  return found.map(({ name, holder }) => ({
    what: `lease ${name}`,
    ok: false,
    found: `${holder} has not released it and it has run out: that process was killed`,
    mend: 'the next one that needs it takes it over; `kgmentor publish --clean` removes what a publisher left',
  }));
}

async function stoppedImports(graph: Graph): Promise<Finding[]> {
  const found = await graph.read(async (tx) =>
    rows<{ file: string; rows: number; lines: number }>(await tx.run(cypher('read-imports'))),
  );
  return found.map(({ file, rows: written, lines }) => ({
    what: `import of ${file}`,
    ok: false,
    found: `${written} of ${lines} rows are written: it was stopped`,
    mend: 'the same `kgmentor import` again goes on from there',
  }));
}
