// The relationships of a linking type, in records of 10,000 as columns.
// TYPE: checked name; $confidence: property, or null
// → left, right: lists of internal ids; confidence: list of values or nulls
MATCH ()-[r:TYPE]->()
WITH collect(r) AS links
UNWIND range(0, size(links) - 1, 10000) AS from
WITH links[from..from + 10000] AS part
RETURN [r IN part | id(startNode(r))] AS left, [r IN part | id(endNode(r))] AS right,
  [r IN part | CASE WHEN $confidence IS NULL THEN null ELSE r[$confidence] END] AS confidence
