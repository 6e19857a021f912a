// A property of a label's nodes, in records of 10,000 as columns.
// LABEL: checked name; $property
// → ids, values: a list each
MATCH (n:LABEL)
WHERE n[$property] IS NOT NULL
WITH collect(n) AS nodes
UNWIND range(0, size(nodes) - 1, 10000) AS from
WITH nodes[from..from + 10000] AS part
RETURN [n IN part | id(n)] AS ids, [n IN part | n[$property]] AS values
