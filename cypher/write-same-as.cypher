// Links between nodes, in columns, in whichever direction; those that are there stay as they are. A node whose key is no
// longer the one read before gets none.
// LEFT, RIGHT: checked names; $leftIds, $left, $rightIds, $right: internal ids and keys, a list each; $leftProperties,
// $rightProperties: of the keys, empty for the element id; $confidence; $type
// → found: rows with both ends
UNWIND range(0, size($leftIds) - 1) AS i
MATCH (a:LEFT)
WHERE id(a) = $leftIds[i]
  AND CASE WHEN size($leftProperties) = 0 THEN [elementId(a)] ELSE [name IN $leftProperties | a[name]] END = $left[i]
MATCH (b:RIGHT)
WHERE id(b) = $rightIds[i]
  AND CASE WHEN size($rightProperties) = 0 THEN [elementId(b)] ELSE [name IN $rightProperties | b[name]] END = $right[i]
MERGE (a)-[r:$($type)]-(b)
ON CREATE SET r.confidence = $confidence[i]
RETURN count(*) AS found
