// Nodes that several queries most likely answer, without those to leave out: a step of a beam. What a query leads to is
// the softmax of the model's exact scores over the candidates that the index gives for it.
// $queries: vectors, $weights: probability of each, $index: of the candidates, $slot: property, $wide: how many the index
// is asked for a query, $k, $leftOut: element ids, $geometry: dot, unit or l2, $properties: of the key, empty for the
// element id, $name: property shown to people, or null
// → vector, probability: over all ways, key, name
UNWIND range(0, size($queries) - 1) AS i
CALL (i) {
  WITH $queries[i] AS q
  CALL db.index.vector.queryNodes($index, $wide, q) YIELD node
  WITH q, node, node[$slot] AS e
  WITH node, CASE $geometry
    WHEN 'l2' THEN -sqrt(reduce(s = 0.0, j IN range(0, size(e) - 1) | s + (q[j] - e[j]) ^ 2))
    WHEN 'unit' THEN reduce(s = 0.0, j IN range(0, size(e) - 1) | s + q[j] * e[j]) / sqrt(reduce(s = 0.0, x IN e | s + x ^ 2))
    ELSE reduce(s = 0.0, j IN range(0, size(e) - 1) | s + q[j] * e[j]) END AS score
  WITH collect({node: node, score: score}) AS found, max(score) AS best
  WITH found, best, reduce(mass = 0.0, one IN found | mass + exp(one.score - best)) AS mass
  UNWIND found AS one
  RETURN one.node AS node, exp(one.score - best) / mass AS share
}
WITH node, sum($weights[i] * share) AS probability
WITH node, probability,
  CASE WHEN size($properties) = 0 THEN [elementId(node)] ELSE
    [name IN $properties | CASE WHEN node[name] IS :: INTEGER AND abs(node[name]) > 9007199254740991
      THEN {int: toString(node[name])} ELSE node[name] END] END AS key
WHERE probability > 0 AND NOT elementId(node) IN $leftOut AND none(value IN key WHERE value IS NULL)
RETURN node[$slot] AS vector, probability, key,
  CASE WHEN $name IS NULL THEN null ELSE toStringOrNull(node[$name]) END AS name
ORDER BY probability DESC, elementId(node)
LIMIT $k
