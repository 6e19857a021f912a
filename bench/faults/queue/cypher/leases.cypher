// → held: leases that somebody holds
MATCH (l:KgLease)
WHERE l.holder IS NOT NULL
RETURN count(l) AS held
