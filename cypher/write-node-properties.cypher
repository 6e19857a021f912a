// Nodes by key with properties; one whose properties are the same already is not touched.
// LABEL, KEY: checked names; $keys: distinct key values, $properties: a map each
// → changed: existing nodes that got another value
UNWIND range(0, size($keys) - 1) AS i
WITH $keys[i] AS key, $properties[i] AS properties
MERGE (n:LABEL {KEY: key})
ON CREATE SET n += properties
WITH n, properties
WHERE any(name IN keys(properties) WHERE n[name] IS NULL OR n[name] <> properties[name])
SET n += properties
RETURN count(*) AS changed
