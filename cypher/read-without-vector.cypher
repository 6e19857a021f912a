// Nodes of a published label that have no vector for readers.
// LABEL: checked name; $property: the published slot
// → nodes, without
MATCH (n:LABEL)
RETURN count(n) AS nodes, count(CASE WHEN n[$property] IS NULL THEN 1 END) AS without
