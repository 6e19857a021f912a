// Takes the migration lock where nobody holds it. Asked again by the same migrator, for the answer may have been
// lost, it is taken still.
// $id: of this migrator, $name: of the lock, $by: who
// → taken, by, since: the lock as it stands afterwards
MERGE (l:__Neo4jMigrationsLock {name: $name})
ON CREATE SET l.id = $id, l.by = $by, l.since = datetime.realtime()
RETURN l.id = $id AS taken, l.by AS by, toString(l.since) AS since
