// Candidates nearest to a query vector by the model's exact score, without those to leave out and what a node's own
// facts lead to. That is looked up for each candidate, so it may be a million.
// $index: of the candidates, $slot: property, $query: vector, $wide: how many the index is asked for, $k, $leftOut:
// element ids, $id: element id of the node whose facts count, $types: of these facts, empty for none, $inverse: whether
// the node is their tail, $geometry: dot, unit or l2, $properties: of the key, empty for the element id, $name: property
// shown to people, or null
// → key, name, score: q · e, divided by |e| for unit; −|q − e| for l2
MATCH (n) WHERE elementId(n) = $id
CALL db.index.vector.queryNodes($index, $wide, $query) YIELD node
WITH n, node, node[$slot] AS e,
  CASE WHEN size($properties) = 0 THEN [elementId(node)] ELSE
    [name IN $properties | CASE WHEN node[name] IS :: INTEGER AND abs(node[name]) > 9007199254740991
      THEN {int: toString(node[name])} ELSE node[name] END] END AS key
WHERE NOT elementId(node) IN $leftOut AND none(value IN key WHERE value IS NULL)
  AND CASE WHEN $inverse THEN NOT EXISTS { (node)-[r]->(n) WHERE type(r) IN $types }
    ELSE NOT EXISTS { (n)-[r]->(node) WHERE type(r) IN $types } END
RETURN key, CASE WHEN $name IS NULL THEN null ELSE toStringOrNull(node[$name]) END AS name,
  CASE $geometry
    WHEN 'l2' THEN -sqrt(reduce(s = 0.0, i IN range(0, size(e) - 1) | s + ($query[i] - e[i]) ^ 2))
    WHEN 'unit' THEN reduce(s = 0.0, i IN range(0, size(e) - 1) | s + $query[i] * e[i]) / sqrt(reduce(s = 0.0, x IN e | s + x ^ 2))
    ELSE reduce(s = 0.0, i IN range(0, size(e) - 1) | s + $query[i] * e[i]) END AS score
ORDER BY score DESC, elementId(node)
LIMIT $k
