// The relationships into one node that has very many, a record each: nothing of them is gathered on the server.
// $id: internal id; $exclude, $include, $weights: as in read-out
// → type, other: internal id of the other end, weight: a value or null, an integer of any size as a float
MATCH (hub) WHERE id(hub) = $id
MATCH (hub)<-[r]-(n)
WITH type(r) AS type, id(n) AS other, r
WHERE NOT type IN $exclude AND ($include IS NULL OR type IN $include)
WITH type, other, CASE WHEN $weights IS NOT NULL THEN r[$weights[type]] END AS weight
RETURN type, other, CASE WHEN weight IS :: INTEGER THEN toFloat(weight) ELSE weight END AS weight
