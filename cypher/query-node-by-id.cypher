// A node by its element id, for labels without a key.
// LABEL: checked name; $key: the element id in a list, $slot: property
// → id, vector: null where the node has none
MATCH (n:LABEL)
WHERE elementId(n) = $key[0]
RETURN elementId(n) AS id, n[$slot] AS vector
