// The properties of a label's nodes as text, in records of 2,000 nodes: scalars, and the first 20 of a list. Vectors are
// no description, nor is what kgmentor writes.
// LABEL: checked name; $earlier: labels listed before this one, whose nodes are another class
// → ids; names: for each node its properties; values: for each of these a list of texts, null where a value is no text
MATCH (n:LABEL)
WHERE none(label IN $earlier WHERE label IN labels(n))
WITH collect(n) AS nodes
UNWIND range(0, size(nodes) - 1, 2000) AS from
UNWIND nodes[from..from + 2000] AS n
WITH from, n, [name IN keys(n) WHERE NOT name STARTS WITH 'kgEmbedding' AND NOT n[name] IS :: LIST<FLOAT NOT NULL>] AS names
RETURN from, collect(id(n)) AS ids, collect(names) AS names,
  collect([name IN names | CASE WHEN n[name] IS :: LIST<ANY>
    THEN [value IN n[name][..20] | left(toStringOrNull(value), 200)] ELSE [left(toStringOrNull(n[name]), 200)] END]) AS values
ORDER BY from
