// The applied migrations in their order. → version, description, type, source, checksum
MATCH p = (b:__Neo4jMigration {version: 'BASELINE'})-[:MIGRATED_TO*]->(m:__Neo4jMigration)
WHERE b.migrationTarget IS NULL
RETURN m.version AS version, m.description AS description, m.type AS type, m.source AS source, m.checksum AS checksum
ORDER BY length(p)
