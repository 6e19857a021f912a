// The migrations that are recorded. → version, times
MATCH (m:__Neo4jMigration)
RETURN m.version AS version, count(m) AS times
