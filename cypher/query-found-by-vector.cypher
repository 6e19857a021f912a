// How many of some nodes an index finds by their own vectors.
// $ids: element ids, $index, $slot: property
// → found
UNWIND $ids AS id
MATCH (n) WHERE elementId(n) = id
CALL db.index.vector.queryNodes($index, 50, n[$slot]) YIELD node
WITH n, collect(node) AS near
RETURN count(CASE WHEN n IN near THEN 1 END) AS found
