// How many nodes there are. → nodes
MATCH (n)
RETURN count(n) AS nodes
