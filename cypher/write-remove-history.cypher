// The history of migrations, where every one of them is ours; those of other migration targets stay.
// $sources: file names of ours
MATCH (b:__Neo4jMigration {version: 'BASELINE'})
WHERE b.migrationTarget IS NULL
MATCH (b)-[:MIGRATED_TO*0..]->(m)
WITH collect(m) AS migrations
WHERE all(m IN migrations WHERE m.version = 'BASELINE' OR m.source IN $sources)
FOREACH (m IN migrations | DETACH DELETE m)
