// The relationships out of a label's nodes, by windows of 5,000 heads; in each record columns by type.
// LABEL: checked name; $earlier: labels listed before this one; $exclude: types left out; $include: only these types,
// or null
// → types: list of names; heads, tails: for each type a list of internal ids
MATCH (h:LABEL)
WHERE none(label IN $earlier WHERE label IN labels(h))
WITH collect(h) AS nodes
UNWIND range(0, size(nodes) - 1, 5000) AS from
CALL (nodes, from) {
  UNWIND nodes[from..from + 5000] AS h
  MATCH (h)-[r]->(t)
  WHERE NOT type(r) IN $exclude AND ($include IS NULL OR type(r) IN $include)
  WITH type(r) AS type, collect(id(h)) AS head, collect(id(t)) AS tail
  RETURN collect(type) AS types, collect(head) AS heads, collect(tail) AS tails
}
RETURN types, heads, tails
