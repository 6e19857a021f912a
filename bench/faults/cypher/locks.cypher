// What somebody holds: leases and the lock of migrations. → held
OPTIONAL MATCH (l:KgLease) WHERE l.holder IS NOT NULL
WITH count(l) AS leases
OPTIONAL MATCH (m:__Neo4jMigrationsLock)
RETURN leases + count(m) AS held
