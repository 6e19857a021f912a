// The relationships into the given nodes, columns by type: what hop 1 adds to read-linked-out.
// $ids: internal ids; $exclude, $include, $weights: as in read-triples
// → types, heads, tails, weights: as in read-triples
UNWIND $ids AS anchor
MATCH (t) WHERE id(t) = anchor
MATCH (h)-[r]->(t)
WHERE NOT type(r) IN $exclude AND ($include IS NULL OR type(r) IN $include)
WITH type(r) AS type, collect(id(h)) AS head, collect(id(t)) AS tail,
  collect(CASE WHEN $weights[type(r)] IS NULL THEN null ELSE r END) AS weighed
RETURN collect(type) AS types, collect(head) AS heads, collect(tail) AS tails,
  collect([value IN [r IN weighed | r[$weights[type]]] |
    CASE WHEN value IS :: INTEGER THEN toFloat(value) ELSE value END]) AS weights
