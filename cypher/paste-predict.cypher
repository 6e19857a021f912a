// Facts that a node most likely misses, for Neo4j Browser. Change the first three lines after this comment: the node,
// the source and relation ('tail' asks (node, relation, ?), 'head' asks (?, relation, node)), the answers' label and how
// many of them. For models of complex, distmult, transe and rotate; the others' queries need their network, and
// `kgmentor predict`.
MATCH (n:ListCountry {code: 'CH'})
WITH n, 'list' AS source, 'SPEAKS' AS relation, 'tail' AS direction,
  'ListLanguage' AS candidates, 10 AS k
MATCH (p:KgPublication {source: source, label: candidates})
MATCH (m:KgModel {id: p.model})
WHERE m.encoder IN ['complex', 'distmult', 'transe', 'rotate']
MATCH (r:KgRelation {model: p.model})
WHERE r.name = relation OR relation IN r.types
WITH n, p, m, r, k, direction = 'head' AS inverse ORDER BY r.name = relation DESC LIMIT 1
WITH n, p, m, r, k, inverse, n[p.property] AS h, CASE WHEN inverse THEN r.inverseVector ELSE r.vector END AS v, m.dim / 2 AS d
// RotatE's relations are angles of complex numbers, which are written as [real parts | imaginary parts].
WITH n, p, m, r, k, inverse, h, d, CASE m.encoder WHEN 'rotate' THEN [x IN v | cos(x)] + [x IN v | sin(x)] ELSE v END AS v
// The query: the sum of entity and relation, their product, or their product as complex numbers.
WITH n, p, m, r, k, inverse, CASE m.encoder
  WHEN 'transe' THEN [i IN range(0, size(h) - 1) | h[i] + v[i]]
  WHEN 'distmult' THEN [i IN range(0, size(h) - 1) | h[i] * v[i]]
  ELSE [i IN range(0, d - 1) | h[i] * v[i] - h[i + d] * v[i + d]] + [i IN range(0, d - 1) | h[i] * v[i + d] + h[i + d] * v[i]] END AS q,
  CASE WHEN inverse THEN COUNT { (n)<-[f]-() WHERE type(f) IN r.types } ELSE COUNT { (n)-[f]->() WHERE type(f) IN r.types } END AS facts,
  CASE WHEN m.geometry <> 'dot' THEN 5 * k WHEN 20 * k < 200 THEN 200 WHEN 20 * k > 1000 THEN 1000 ELSE 20 * k END AS wide
// Of a node with very many facts, only the nearest 10,000 candidates are looked at.
WITH n, p, m, r, k, inverse, q, wide, CASE WHEN facts > 10000 THEN 10000 ELSE facts END AS known
CALL db.index.vector.queryNodes(p.index, CASE WHEN wide + known + 1 < p.count THEN wide + known + 1 ELSE p.count END, q) YIELD node
WITH n, p, m, r, k, inverse, q, node, node[p.property] AS e
WHERE node <> n AND none(name IN p.keyProperties WHERE node[name] IS NULL)
  AND CASE WHEN inverse THEN NOT EXISTS { (node)-[f]->(n) WHERE type(f) IN r.types }
    ELSE NOT EXISTS { (n)-[f]->(node) WHERE type(f) IN r.types } END
WITH p, k, node, CASE m.geometry WHEN 'l2' THEN -sqrt(reduce(s = 0.0, i IN range(0, size(e) - 1) | s + (q[i] - e[i]) ^ 2))
  ELSE reduce(s = 0.0, i IN range(0, size(e) - 1) | s + q[i] * e[i])
    / CASE m.geometry WHEN 'unit' THEN sqrt(reduce(s = 0.0, x IN e | s + x ^ 2)) ELSE 1.0 END END AS score
ORDER BY score DESC, elementId(node)
WITH k, collect({key: CASE WHEN size(p.keyProperties) = 0 THEN [elementId(node)] ELSE [name IN p.keyProperties | node[name]] END,
  name: CASE WHEN p.nameProperty IS NULL THEN null ELSE toStringOrNull(node[p.nameProperty]) END, score: score}) AS answers
UNWIND answers[0..k] AS answer
RETURN answer.key AS key, answer.name AS name, answer.score AS score
