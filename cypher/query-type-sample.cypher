// Facts of a type whose ends have vectors, the same each time: evenly chosen of all, or of a hundred times as many as
// are asked for where there are more.
// TYPE: checked name; $labels: of the ends, as other sources may use the type, $slot: property, $most, $share: which
// part is chosen, by the number of all facts of the type where it is null
// → head, tail: vectors; share: the part that was chosen, 1 or more where it was all
MATCH ()-[r:TYPE]->()
WITH count(r) AS all
WITH CASE WHEN $share IS NOT NULL THEN $share WHEN all > 100 * $most THEN 0.01 ELSE 1.0 * $most / all END AS share
MATCH (h)-[r:TYPE]->(t)
// Odd steps of 2^20 over the plastic number and its square spread pairs of ends evenly; repeated facts come together.
// Ids of relationships are no such thing: some formats of the store make them of the head's, near 2^63.
WHERE (id(h) % 1048576 * 791547 + id(t) % 1048576 * 597521) % 1048576 < share * 1048576
  AND h[$slot] IS NOT NULL AND t[$slot] IS NOT NULL
  AND any(label IN labels(h) WHERE label IN $labels) AND any(label IN labels(t) WHERE label IN $labels)
RETURN h[$slot] AS head, t[$slot] AS tail, share
LIMIT $most
