// The relationships out of some nodes as one record, columns by type. Types are chosen once they are grouped, so that
// each name is looked at once.
// $ids: internal ids; $exclude: types left out; $include: only these types, or null; $weights: type → property of its
// weights, or null
// → types: list of names; heads, tails: for each type a list of internal ids; weights: for each type a list of values
// and nulls, integers of any size as floats, empty where it has no property of weights
MATCH (h) WHERE id(h) IN $ids
MATCH (h)-[r]->(t)
WITH type(r) AS type, collect(id(h)) AS head, collect(id(t)) AS tail,
  collect(CASE WHEN $weights IS NOT NULL THEN r END) AS weighed
WHERE NOT type IN $exclude AND ($include IS NULL OR type IN $include)
RETURN collect(type) AS types, collect(head) AS heads, collect(tail) AS tails,
  collect(CASE WHEN $weights[type] IS NULL THEN [] ELSE [value IN [r IN weighed | r[$weights[type]]] |
    CASE WHEN value IS :: INTEGER THEN toFloat(value) ELSE value END] END) AS weights
