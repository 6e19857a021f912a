// Relations of a model by name or by a relationship type that stands for one; all names where none fits.
// $model, $relation, $inverse: whether heads are asked for
// → relation: {name, types, vector}, or null; names
OPTIONAL MATCH (r:KgRelation {model: $model})
WITH collect(r) AS relations
WITH relations, [r IN relations WHERE r.name = $relation] + [r IN relations WHERE $relation IN r.types] AS found
RETURN CASE WHEN size(found) = 0 THEN null ELSE head([r IN found |
    {name: r.name, types: r.types, vector: CASE WHEN $inverse THEN r.inverseVector ELSE r.vector END}]) END AS relation,
  CASE WHEN size(found) = 0 THEN [r IN relations | r.name] ELSE [] END AS names
