// The relationships of some nodes, in both directions, columns by type: one neighbourhood batch of training.
// $ids: internal ids; $exclude, $include: as in read-triples
// → types, outward: true where the anchors are heads, anchors, others: for each type and direction a list of ids
UNWIND $ids AS anchor
MATCH (n) WHERE id(n) = anchor
CALL (n) {
  MATCH (n)-[r]->(m) RETURN type(r) AS type, true AS out, id(m) AS other
  UNION ALL
  MATCH (n)<-[r]-(m) RETURN type(r) AS type, false AS out, id(m) AS other
}
WITH type, out, id(n) AS anchor, other
WHERE NOT type IN $exclude AND ($include IS NULL OR type IN $include)
WITH type, out, collect(anchor) AS ends, collect(other) AS far
RETURN collect(type) AS types, collect(out) AS outward, collect(ends) AS anchors, collect(far) AS others
