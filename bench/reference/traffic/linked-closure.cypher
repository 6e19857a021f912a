// The linked subgraph around a target by the closure of its links: what the background tells between linked entities.
// TARGET: checked label
// → types, heads, tails: as in read-out
MATCH (:TARGET)-[:SAME_AS*1..4]-(b)
WHERE NOT b:TARGET
WITH collect(DISTINCT b) AS bs
UNWIND range(0, size(bs) - 1, 2000) AS at
CALL (bs, at) {
  UNWIND bs[at..at + 2000] AS h
  MATCH (h)-[r]->(t) WHERE t IN bs AND type(r) <> 'SAME_AS'
  WITH type(r) AS type, collect(id(h)) AS head, collect(id(t)) AS tail
  RETURN collect(type) AS types, collect(head) AS heads, collect(tail) AS tails
}
RETURN types, heads, tails
