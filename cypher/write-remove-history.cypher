// The history of migrations, where every one of them is ours. $sources: file names of ours
MATCH (m:__Neo4jMigration)
WITH collect(m) AS migrations
WHERE all(m IN migrations WHERE m.version = 'BASELINE' OR m.source IN $sources)
FOREACH (m IN migrations | DETACH DELETE m)
