// What the nodes of a label look like, from the first 10,000: which scalar properties all of them have, and how many
// different values.
// LABEL: checked name
// → nodes, properties: list of {name, present, distinct}
MATCH (n:LABEL)
WITH collect(n)[..10000] AS nodes, count(n) AS total
UNWIND (CASE WHEN size(nodes) = 0 THEN [null] ELSE nodes END) AS n
UNWIND (CASE WHEN n IS NULL THEN [null] ELSE keys(n) END) AS name
WITH total, name, count(n) AS present, count(DISTINCT n[name]) AS distinct
ORDER BY name
RETURN total AS nodes, collect({name: name, present: present, distinct: distinct}) AS properties
