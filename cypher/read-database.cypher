// The database's own id, which no other one has.
// → id
CALL db.info() YIELD id
RETURN id
