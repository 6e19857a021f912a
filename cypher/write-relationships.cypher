// Relationships between existing nodes, in columns; what exists stays as it is.
// HEAD, HEADKEY, TAIL, TAILKEY: checked names; $heads, $types, $tails: columns of equal length without repeats
// → found: rows with both ends
UNWIND range(0, size($heads) - 1) AS i
MATCH (h:HEAD {HEADKEY: $heads[i]})
MATCH (t:TAIL {TAILKEY: $tails[i]})
MERGE (h)-[:$($types[i])]->(t)
RETURN count(*) AS found
