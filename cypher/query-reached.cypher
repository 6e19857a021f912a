// What some nodes reach by relationships of some types, up to a limit.
// $ids: element ids, $types, $inverse: whether the relationships are followed from tail to head, $most
// → id: element id, each once
CALL () {
  MATCH (n)-[r]->(m) WHERE NOT $inverse AND elementId(n) IN $ids AND type(r) IN $types
  RETURN elementId(m) AS id
  UNION
  MATCH (n)<-[r]-(m) WHERE $inverse AND elementId(n) IN $ids AND type(r) IN $types
  RETURN elementId(m) AS id
}
RETURN id
LIMIT $most
