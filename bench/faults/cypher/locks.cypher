// What somebody holds: leases and the lock of migrations. → held
RETURN COUNT { MATCH (l:KgLease) WHERE l.holder IS NOT NULL } + COUNT { (:__Neo4jMigrationsLock) } AS held
