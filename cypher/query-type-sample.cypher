// Facts of a type whose ends have vectors, the same each time: evenly chosen of all, or of a hundred times as many as
// are asked for where there are more.
// TYPE: checked name; $labels: of the ends, as other sources may use the type, $slot: property, $most
// → head, tail: vectors
MATCH ()-[r:TYPE]->()
WITH count(r) AS all
WITH 1048576 * CASE WHEN all > 100 * $most THEN 0.01 ELSE 1.0 * $most / all END AS below
MATCH (h)-[r:TYPE]->(t)
// Odd steps of 2^20 over the plastic number and its square spread pairs of ends evenly. Ids of nodes are dense in all
// formats of the store; those of relationships are not, and may be near 2^63.
WHERE (id(h) % 1048576 * 791547 + id(t) % 1048576 * 597521) % 1048576 < below
  AND h[$slot] IS NOT NULL AND t[$slot] IS NOT NULL
  AND any(label IN labels(h) WHERE label IN $labels) AND any(label IN labels(t) WHERE label IN $labels)
RETURN h[$slot] AS head, t[$slot] AS tail
LIMIT $most
