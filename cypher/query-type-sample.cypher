// Facts of a type from all over the graph whose ends have vectors, the same each time. No more than a hundred times as
// many are looked at.
// TYPE: checked name; $labels: of the ends, as other sources may use the type, $slot: property, $most
// → head, tail: vectors
MATCH ()-[r:TYPE]->()
WITH count(r) AS all
// An odd step of the golden ratio spreads ids evenly over 2^20, whatever their order has to do with the facts.
WITH 1048576 * CASE WHEN all > 100 * $most THEN 0.01 ELSE 1.0 * $most / all END AS below
MATCH (h)-[r:TYPE]->(t)
WHERE id(r) * 648055 % 1048576 < below AND h[$slot] IS NOT NULL AND t[$slot] IS NOT NULL
  AND any(label IN labels(h) WHERE label IN $labels) AND any(label IN labels(t) WHERE label IN $labels)
RETURN h[$slot] AS head, t[$slot] AS tail
LIMIT $most
