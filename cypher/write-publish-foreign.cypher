// Nodes of a label that another source publishes too: a node has room for one source's vectors.
// LABEL: checked name; $others: labels that other sources publish
// → count
MATCH (n:LABEL)
WHERE any(label IN labels(n) WHERE label IN $others)
RETURN count(n) AS count
