// The same with properties, written where they differ.
// HEAD, HEADKEY, TAIL, TAILKEY: checked names; $heads, $types, $tails: columns without repeats, $properties: a map each
// → found: rows with both ends, changed: existing relationships that got another value
UNWIND range(0, size($heads) - 1) AS i
MATCH (h:HEAD {HEADKEY: $heads[i]})
MATCH (t:TAIL {TAILKEY: $tails[i]})
WITH h, t, $types[i] AS type, $properties[i] AS properties
MERGE (h)-[r:$(type)]->(t)
ON CREATE SET r += properties
WITH r, properties, any(name IN keys(properties) WHERE r[name] IS NULL OR r[name] <> properties[name]) AS differs
FOREACH (ignored IN CASE WHEN differs THEN [1] ELSE [] END | SET r += properties)
RETURN count(*) AS found, sum(CASE WHEN differs THEN 1 ELSE 0 END) AS changed
