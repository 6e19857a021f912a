// Relation vectors of a model, in columns.
// $model, $names, $types: the relationship types of each, $vectors, $inverseVectors
// → written
UNWIND range(0, size($names) - 1) AS i
MERGE (r:KgRelation {model: $model, name: $names[i]})
SET r.types = $types[i]
WITH r, i
CALL db.create.setNodeVectorProperty(r, 'vector', $vectors[i])
CALL db.create.setNodeVectorProperty(r, 'inverseVector', $inverseVectors[i])
RETURN count(r) AS written
