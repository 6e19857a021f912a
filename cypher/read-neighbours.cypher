// The relationships of some nodes, in both directions, columns by type: one neighbourhood batch of training.
// $ids: internal ids; $exclude, $include, $weights: as in read-out
// → types, outward: true where the anchors are heads, anchors, others: for each type and direction a list of ids;
// weights: as in read-out
MATCH (n) WHERE id(n) IN $ids
CALL (n) {
  MATCH (n)-[r]->(m) RETURN r, true AS out, id(m) AS other
  UNION ALL
  MATCH (n)<-[r]-(m) RETURN r, false AS out, id(m) AS other
}
WITH type(r) AS type, out, collect(id(n)) AS ends, collect(other) AS far,
  collect(CASE WHEN $weights IS NOT NULL THEN r END) AS weighed
WHERE NOT type IN $exclude AND ($include IS NULL OR type IN $include)
RETURN collect(type) AS types, collect(out) AS outward, collect(ends) AS anchors, collect(far) AS others,
  collect(CASE WHEN $weights[type] IS NULL THEN [] ELSE [value IN [r IN weighed | r[$weights[type]]] |
    CASE WHEN value IS :: INTEGER THEN toFloat(value) ELSE value END] END) AS weights
