// A property of a label's nodes, in records of 10,000 as columns. Integers beyond 2^53 come as in read-entities.
// LABEL: checked name; $property
// → ids, values: a list each
MATCH (n:LABEL)
WHERE n[$property] IS NOT NULL
WITH collect(n) AS nodes
UNWIND range(0, size(nodes) - 1, 10000) AS from
WITH nodes[from..from + 10000] AS part
RETURN [n IN part | id(n)] AS ids,
  [n IN part | CASE WHEN n[$property] IS :: INTEGER AND NOT -9007199254740991 <= n[$property] <= 9007199254740991
    THEN {int: toString(n[$property])} ELSE n[$property] END] AS values
