// Nodes nearest to a node by the published vectors. The index is asked for more than are wanted, which makes its
// approximate search surer; the order is that of the exact similarity.
// $id: element id, $index, $slot: property, $similarity: cosine or euclidean, $wide: how many the index is asked for,
// $k, $properties: of the key, empty for the element id, $name: property shown to people, or null
// → key, name, score: in [0, 1], as the index scores
MATCH (n) WHERE elementId(n) = $id
CALL db.index.vector.queryNodes($index, $wide, n[$slot]) YIELD node
WITH n, node,
  CASE WHEN size($properties) = 0 THEN [elementId(node)] ELSE
    [name IN $properties | CASE WHEN node[name] IS :: INTEGER AND abs(node[name]) > 9007199254740991
      THEN {int: toString(node[name])} ELSE node[name] END] END AS key
WHERE node <> n AND none(value IN key WHERE value IS NULL)
RETURN key, CASE WHEN $name IS NULL THEN null ELSE toStringOrNull(node[$name]) END AS name,
  CASE $similarity WHEN 'euclidean' THEN vector.similarity.euclidean(n[$slot], node[$slot])
    ELSE vector.similarity.cosine(n[$slot], node[$slot]) END AS score
ORDER BY score DESC, elementId(node)
LIMIT $k
