// Facts of a type from all over the graph whose ends have vectors. No more than a hundred times as many are looked at.
// TYPE: checked name; $labels: of the ends, as other sources may use the type, $slot: property, $most
// → head, tail: vectors
MATCH ()-[r:TYPE]->()
WITH count(r) AS all
WITH CASE WHEN all < 2 * $most THEN 1 WHEN all > 100 * $most THEN 100 ELSE all / $most END AS every
MATCH (h)-[r:TYPE]->(t)
WHERE (id(r) / 7) % every = 0 AND h[$slot] IS NOT NULL AND t[$slot] IS NOT NULL
  AND any(label IN labels(h) WHERE label IN $labels) AND any(label IN labels(t) WHERE label IN $labels)
RETURN h[$slot] AS head, t[$slot] AS tail
LIMIT $most
