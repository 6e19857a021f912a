// Models of a source that no reader is or was pointed at, and teachers that no model is left of.
// $source: null for teachers
// → removed: ids
MATCH (m:KgModel)
WHERE (m.source = $source OR ($source IS NULL AND m.source IS NULL))
  AND NOT EXISTS { MATCH (p:KgPublication) WHERE p.model = m.id OR p.previousModel = m.id }
  AND NOT EXISTS { (:KgModel)-[:KG_DISTILLED_FROM]->(m) }
WITH m, m.id AS id
OPTIONAL MATCH (r:KgRelation {model: id})
WITH m, id, collect(r) AS relations
FOREACH (r IN relations | DELETE r)
DETACH DELETE m
RETURN collect(id) AS removed
