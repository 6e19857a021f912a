// Candidates nearest to a query vector, without the node itself and its known facts, by the model's exact score.
// $id: element id of the node, $index: of the candidates, $slot: property, $query: vector, $wide: how many the index is
// asked for, $k, $types: of the known facts, $inverse: whether the node is their tail, $unit: whether candidates count by
// direction only, $properties: of the key, empty for the element id, $name: property shown to people, or null
// → key, name, score: q · e, divided by |e| where $unit
MATCH (n) WHERE elementId(n) = $id
CALL db.index.vector.queryNodes($index, $wide, $query) YIELD node
WITH n, node,
  CASE WHEN size($properties) = 0 THEN [elementId(node)] ELSE
    [name IN $properties | CASE WHEN node[name] IS :: INTEGER AND abs(node[name]) > 9007199254740991
      THEN {int: toString(node[name])} ELSE node[name] END] END AS key
WHERE node <> n AND none(value IN key WHERE value IS NULL)
  AND CASE WHEN $inverse THEN NOT EXISTS { (node)-[:$any($types)]->(n) } ELSE NOT EXISTS { (n)-[:$any($types)]->(node) } END
WITH node, key, node[$slot] AS e
WITH node, key, reduce(s = 0.0, i IN range(0, size(e) - 1) | s + $query[i] * e[i]) AS product,
  CASE WHEN $unit THEN sqrt(reduce(s = 0.0, x IN e | s + x * x)) ELSE 1.0 END AS length
RETURN key, CASE WHEN $name IS NULL THEN null ELSE toStringOrNull(node[$name]) END AS name, product / length AS score
ORDER BY score DESC, elementId(node)
LIMIT $k
