// The relationships of some nodes, in both directions, columns by type: one neighbourhood batch of training.
// $ids: internal ids; $exclude, $include, $weights: as in read-triples
// → types, outward: true where the anchors are heads, anchors, others: for each type and direction a list of ids;
// weights: as in read-triples
UNWIND $ids AS anchor
MATCH (n) WHERE id(n) = anchor
CALL (n) {
  MATCH (n)-[r]->(m) RETURN r, true AS out, id(m) AS other
  UNION ALL
  MATCH (n)<-[r]-(m) RETURN r, false AS out, id(m) AS other
}
WITH r, type(r) AS type, out, id(n) AS anchor, other
WHERE NOT type IN $exclude AND ($include IS NULL OR type IN $include)
WITH type, out, collect(anchor) AS ends, collect(other) AS far,
  collect(CASE WHEN $weights[type] IS NULL THEN null ELSE r END) AS weighed
RETURN collect(type) AS types, collect(out) AS outward, collect(ends) AS anchors, collect(far) AS others,
  collect([value IN [r IN weighed | r[$weights[type]]] |
    CASE WHEN value IS :: INTEGER THEN toFloat(value) ELSE value END]) AS weights
