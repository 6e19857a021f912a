// The values of a property of a label's nodes, each element of a list by itself, by windows of 5,000 nodes.
// LABEL: checked name; $earlier: labels listed before this one, whose nodes are another class; $property
// → values: list of text, integers and booleans, integers beyond 2^53 as in read-entities, and of what is no category:
// {type, text}; ids: for each value a list of internal ids
MATCH (n:LABEL)
WHERE n[$property] IS NOT NULL AND none(label IN $earlier WHERE label IN labels(n))
WITH collect(n) AS nodes
UNWIND range(0, size(nodes) - 1, 5000) AS from
CALL (nodes, from) {
  UNWIND nodes[from..from + 5000] AS n
  UNWIND (CASE WHEN n[$property] IS :: LIST<ANY> THEN n[$property] ELSE [n[$property]] END) AS value
  WITH id(n) AS id, CASE
    WHEN value IS :: STRING | BOOLEAN THEN value
    WHEN NOT value IS :: INTEGER THEN {type: valueType(value), text: toStringOrNull(value)}
    WHEN -9007199254740991 <= value <= 9007199254740991 THEN value
    ELSE {int: toString(value)} END AS value
  WITH value, collect(DISTINCT id) AS ids
  RETURN collect(value) AS values, collect(ids) AS ids
}
RETURN values, ids
