// What some nodes reach by relationships of some types.
// $ids: element ids, $types, $inverse: whether the relationships are followed from tail to head
// → id: element id, each once
MATCH (n)-[:$any($types)]->(m) WHERE NOT $inverse AND elementId(n) IN $ids
RETURN elementId(m) AS id
UNION
MATCH (n)<-[:$any($types)]-(m) WHERE $inverse AND elementId(n) IN $ids
RETURN elementId(m) AS id
