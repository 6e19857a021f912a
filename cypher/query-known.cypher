// How many facts of a relation a node has, up to a limit: a hub is not counted to its end.
// $id: element id, $types: relationship types that stand for the relation, $inverse: whether the node is the tail,
// $most
// → known
MATCH (n) WHERE elementId(n) = $id
CALL (n) {
  MATCH (n)-[r]->() WHERE NOT $inverse AND type(r) IN $types RETURN r
  UNION ALL
  MATCH (n)<-[r]-() WHERE $inverse AND type(r) IN $types RETURN r
}
WITH r LIMIT $most
RETURN count(r) AS known
