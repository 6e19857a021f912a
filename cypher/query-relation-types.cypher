// Which relationship types a model's relations stand for.
// $model
// → name, types
MATCH (r:KgRelation {model: $model})
RETURN r.name AS name, r.types AS types
ORDER BY name
