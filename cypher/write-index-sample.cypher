// How many of a sample of nodes an index finds by their own vector.
// $index, $ids, $slot: property
// → found
UNWIND $ids AS id
MATCH (n) WHERE id(n) = id
CALL db.index.vector.queryNodes($index, 50, n[$slot]) YIELD node
WITH n, collect(node) AS found
RETURN count(CASE WHEN n IN found THEN 1 END) AS found
