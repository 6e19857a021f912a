// Nodes similar to a node, for Neo4j Browser. Change the first two lines after this comment: the node, then the source
// and label as published and how many answers.
MATCH (n:ListCountry {code: 'CH'})
WITH n, 'list' AS source, 'ListCountry' AS label, 10 AS k
MATCH (p:KgPublication {source: source, label: label})
MATCH (m:KgModel {id: p.model})
CALL db.index.vector.queryNodes(p.index, 5 * k + 1, n[p.property]) YIELD node
WITH n, p, m, k, node
WHERE node <> n AND none(name IN p.keyProperties WHERE node[name] IS NULL)
WITH p, k, node, CASE m.geometry WHEN 'l2' THEN vector.similarity.euclidean(n[p.property], node[p.property])
  ELSE vector.similarity.cosine(n[p.property], node[p.property]) END AS score
ORDER BY score DESC, elementId(node)
WITH k, collect({key: CASE WHEN size(p.keyProperties) = 0 THEN [elementId(node)] ELSE [name IN p.keyProperties | node[name]] END,
  name: CASE WHEN p.nameProperty IS NULL THEN null ELSE toStringOrNull(node[p.nameProperty]) END, score: score}) AS answers
UNWIND answers[0..k] AS answer
RETURN answer.key AS key, answer.name AS name, answer.score AS score
