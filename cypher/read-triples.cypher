// The relationships out of a label's nodes, by windows of 5,000 heads; in each record columns by type.
// LABEL: checked name; $earlier: labels listed before this one; $exclude: types left out; $include: only these types,
// or null; $weights: type → property of its weights, or null
// → types: list of names; heads, tails: for each type a list of internal ids; weights: for each type a list of values
// and nulls, integers of any size as floats, empty where it has no property of weights
MATCH (h:LABEL)
WHERE none(label IN $earlier WHERE label IN labels(h))
WITH collect(h) AS nodes
UNWIND range(0, size(nodes) - 1, 5000) AS from
CALL (nodes, from) {
  UNWIND nodes[from..from + 5000] AS h
  MATCH (h)-[r]->(t)
  WHERE NOT type(r) IN $exclude AND ($include IS NULL OR type(r) IN $include)
  WITH type(r) AS type, collect(id(h)) AS head, collect(id(t)) AS tail,
    collect(CASE WHEN $weights[type(r)] IS NULL THEN null ELSE r END) AS weighed
  RETURN collect(type) AS types, collect(head) AS heads, collect(tail) AS tails,
    collect([value IN [r IN weighed | r[$weights[type]]] |
      CASE WHEN value IS :: INTEGER THEN toFloat(value) ELSE value END]) AS weights
}
RETURN types, heads, tails, weights
