// What readers of a source find at each node.
// $source
// → label, model, index, key, vector
MATCH (p:KgPublication {source: $source})
MATCH (n:Film|Person WHERE p.label IN labels(n))
RETURN p.label AS label, p.model AS model, p.index AS index, n.id AS key, n[p.property] AS vector
