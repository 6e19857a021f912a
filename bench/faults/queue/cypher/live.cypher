// What readers have now. $sources
// → model, since, numbers: the first number of each vector, each once
MATCH (p:KgPublication)
WHERE p.source IN $sources
CALL (p) {
  MATCH (n) WHERE p.label IN labels(n)
  RETURN collect(DISTINCT n[p.property][0]) AS numbers
}
RETURN p.model AS model, toString(p.since) AS since, numbers
