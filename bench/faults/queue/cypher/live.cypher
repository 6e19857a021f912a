// What readers have now. $sources
// → model and since: of the pointer before the nodes are read, after: its model when they have been read,
// numbers: the first number of each vector, each once
MATCH (p:KgPublication)
WHERE p.source IN $sources
WITH p, p.model AS model, toString(p.since) AS since, p.property AS slot
CALL (p, slot) {
  MATCH (n) WHERE p.label IN labels(n)
  RETURN collect(DISTINCT n[slot][0]) AS numbers
}
RETURN model, since, p.model AS after, numbers
