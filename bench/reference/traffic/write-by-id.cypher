// Vectors of a batch of nodes, found by their internal ids.
// $ids, $vectors: a list each; $slot: property
// → written
UNWIND range(0, size($ids) - 1) AS i
MATCH (n) WHERE id(n) = $ids[i]
CALL db.create.setNodeVectorProperty(n, $slot, $vectors[i])
RETURN count(*) AS written
