// A node by its key. An index on the first key property is used where there is one.
// LABEL, KEY: checked names, KEY the first key property; $properties: of the key, $key: their values, $slot: property
// → id: internal, for this transaction; vector: null where the node has none
MATCH (n:LABEL {KEY: $key[0]})
WHERE [name IN $properties | n[name]] = $key
RETURN elementId(n) AS id, n[$slot] AS vector
LIMIT 1
