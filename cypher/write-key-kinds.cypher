// Whether the keys that a label has are of the kind that an import writes, from the first 1,000 nodes with one.
// LABEL, KEY: checked names; $integer: whether the import writes integers, text otherwise
// → same, other: numbers of nodes; example: a key of the other kind, or null
MATCH (n:LABEL)
WHERE n.KEY IS NOT NULL
WITH n.KEY AS key LIMIT 1000
WITH key, (key IS :: INTEGER) = $integer AS fits
RETURN count(CASE WHEN fits THEN 1 END) AS same, count(CASE WHEN NOT fits THEN 1 END) AS other,
  toString(head(collect(CASE WHEN NOT fits THEN key END))) AS example
