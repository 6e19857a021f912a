// Vectors of a batch of nodes, found by an indexed key.
// LABEL: checked name; $keys, $vectors: a list each; $slot: property
// → written
UNWIND range(0, size($keys) - 1) AS i
MATCH (n:LABEL {id: $keys[i]})
CALL db.create.setNodeVectorProperty(n, $slot, $vectors[i])
RETURN count(*) AS written
