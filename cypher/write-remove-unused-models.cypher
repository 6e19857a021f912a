// Teachers that no model is left of. → removed
MATCH (m:KgModel)
WHERE m.source IS NULL AND NOT EXISTS { (:KgModel)-[:KG_DISTILLED_FROM]->(m) }
DETACH DELETE m
RETURN count(*) AS removed
