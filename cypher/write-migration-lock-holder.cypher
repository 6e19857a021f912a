// Who holds the migration lock. → id, by, since
MATCH (l:__Neo4jMigrationsLock {name: $name})
RETURN l.id AS id, l.by AS by, toString(l.since) AS since
