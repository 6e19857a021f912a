// Gives the migration lock back. $name; $id: of the holder, null for whoever holds it. → removed
MATCH (l:__Neo4jMigrationsLock {name: $name})
WHERE $id IS NULL OR l.id = $id
DELETE l
RETURN count(*) AS removed
