// Makes a key unique, so that nodes are found by it and none is written twice.
// LABEL, KEY: checked names; $name: of the constraint
CREATE CONSTRAINT $name IF NOT EXISTS FOR (n:LABEL) REQUIRE n.KEY IS UNIQUE
