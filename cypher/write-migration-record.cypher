// Appends one applied migration to the chain, if its end is still the one expected and the lock is still held.
// Appended already, as where the answer to the commit was lost, it stays as it is.
// Chains of other migration targets are not ours.
// $after: version at the end of the chain, BASELINE for none; $version, $description, $source, $checksum, $by,
// $milliseconds it took, $connectedAs: database user, $lock: name of the lock, $id: of the holder
// → recorded: 1, or 0 where the chain or the lock has changed
MATCH (l:__Neo4jMigrationsLock {name: $lock, id: $id})
SET l.locked = true
WITH l
OPTIONAL MATCH (known:__Neo4jMigration {version: 'BASELINE'})
WHERE known.migrationTarget IS NULL
WITH l, count(known) AS known
FOREACH (ignored IN CASE known WHEN 0 THEN [1] ELSE [] END | CREATE (:__Neo4jMigration {version: 'BASELINE'}))
WITH l
MATCH (b:__Neo4jMigration {version: 'BASELINE'})
WHERE b.migrationTarget IS NULL
MATCH (b)-[:MIGRATED_TO*0..]->(end:__Neo4jMigration {version: $after})
OPTIONAL MATCH (end)-[:MIGRATED_TO]->(next)
FOREACH (ignored IN CASE WHEN next IS NULL THEN [1] ELSE [] END |
  CREATE (end)-[:MIGRATED_TO {at: datetime.realtime(), in: duration({milliseconds: $milliseconds}), by: $by, connectedAs: $connectedAs}]->
    (:__Neo4jMigration {version: $version, description: $description, type: 'CYPHER', source: $source, checksum: $checksum}))
WITH next WHERE next IS NULL OR (next.version = $version AND next.checksum = $checksum)
RETURN count(*) AS recorded
