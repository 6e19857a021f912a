// How many facts of some relationship types a node has in a direction.
// $id: element id, $types, $inverse: whether the node is their tail
// → count
MATCH (n) WHERE elementId(n) = $id
RETURN CASE WHEN $inverse THEN COUNT { (n)<-[:$any($types)]-() } ELSE COUNT { (n)-[:$any($types)]->() } END AS count
