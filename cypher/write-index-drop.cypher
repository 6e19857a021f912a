// $name: of the index
DROP INDEX $name IF EXISTS
