// The relations of a model. $model
// → name, vector, inverseVector
MATCH (:KgModel {id: $model})
MATCH (r:KgRelation {model: $model})
RETURN r.name AS name, r.vector AS vector, r.inverseVector AS inverseVector
