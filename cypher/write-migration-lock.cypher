// Takes the migration lock; fails on the constraint while another migrator holds it.
// $id: of this migrator, $name: of the lock, $by: who
// → id
CREATE (l:__Neo4jMigrationsLock {id: $id, name: $name, by: $by, since: datetime.realtime()})
RETURN l.id AS id
