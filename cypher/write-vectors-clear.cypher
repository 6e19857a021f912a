// Empties a slot on a batch of nodes. $ids, $slot: property
UNWIND $ids AS id
MATCH (n) WHERE id(n) = id
REMOVE n[$slot]
