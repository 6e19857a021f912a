// The relationships of a linking type, in records of 10,000 as columns.
// TYPE: checked name; $confidence: property, or null
// → left, right: lists of internal ids; confidence: list of values and nulls, empty where no property is asked for
MATCH (a)-[r:TYPE]->(b)
WITH collect(id(a)) AS lefts, collect(id(b)) AS rights, collect(CASE WHEN $confidence IS NOT NULL THEN r END) AS links
UNWIND range(0, size(lefts) - 1, 10000) AS from
RETURN lefts[from..from + 10000] AS left, rights[from..from + 10000] AS right,
  [r IN links[from..from + 10000] | r[$confidence]] AS confidence
