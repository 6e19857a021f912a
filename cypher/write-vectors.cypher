// Vectors of a batch of nodes, in columns. A node whose key is no longer the one read before gets none.
// LABEL: checked name; $ids, $keys: a list each, $vectors; $properties: of the key, empty for the element id;
// $slot: property
// → written
UNWIND range(0, size($ids) - 1) AS i
MATCH (n:LABEL)
WHERE id(n) = $ids[i]
  AND CASE WHEN size($properties) = 0 THEN [elementId(n)] ELSE [name IN $properties | n[name]] END = $keys[i]
CALL db.create.setNodeVectorProperty(n, $slot, $vectors[i])
RETURN count(n) AS written
