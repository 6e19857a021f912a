// Relations of a model that a new publication of it no longer has. $model, $names
MATCH (r:KgRelation {model: $model})
WHERE NOT r.name IN $names
DELETE r
