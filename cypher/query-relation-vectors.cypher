// Vectors of some relations of a model.
// $model, $names
// → name, vector: for (h, r, ?), inverseVector: for (?, r, t)
UNWIND $names AS name
MATCH (r:KgRelation {model: $model, name: name})
RETURN name, r.vector AS vector, r.inverseVector AS inverseVector
