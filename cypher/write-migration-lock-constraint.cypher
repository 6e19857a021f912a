// One migrator at a time: the lock node's name is unique. No parameters, no rows.
CREATE CONSTRAINT kg_migrations_lock IF NOT EXISTS FOR (l:__Neo4jMigrationsLock) REQUIRE l.name IS UNIQUE
