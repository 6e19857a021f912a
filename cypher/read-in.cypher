// The relationships into some nodes as one record, columns by type: what hop 1 adds to read-out.
// $ids: internal ids; $exclude, $include, $weights: as in read-out
// → types, heads, tails, weights: as in read-out
MATCH (t) WHERE id(t) IN $ids
MATCH (t)<-[r]-(h)
WITH type(r) AS type, collect(id(h)) AS head, collect(id(t)) AS tail,
  collect(CASE WHEN $weights IS NOT NULL THEN r END) AS weighed
WHERE NOT type IN $exclude AND ($include IS NULL OR type IN $include)
RETURN collect(type) AS types, collect(head) AS heads, collect(tail) AS tails,
  collect(CASE WHEN $weights[type] IS NULL THEN [] ELSE [value IN [r IN weighed | r[$weights[type]]] |
    CASE WHEN value IS :: INTEGER THEN toFloat(value) ELSE value END] END) AS weights
