// How many facts of a relation join two labels, from the first 10,000.
// HEAD, TAIL: checked labels; $types: relationship types that stand for the relation
// → count
MATCH (h:HEAD)-[:$any($types)]->(:TAIL)
WITH h LIMIT 10000
RETURN count(*) AS count
