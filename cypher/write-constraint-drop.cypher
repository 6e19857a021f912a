// $name: of the constraint
DROP CONSTRAINT $name IF EXISTS
