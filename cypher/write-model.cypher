// A model, before readers are pointed at it.
// $id, $properties: of the node, $teacher: id of the model that it was distilled from, or null, $teacherProperties
MERGE (m:KgModel {id: $id})
SET m += $properties, m.createdAt = coalesce(m.createdAt, datetime.realtime())
WITH m WHERE $teacher IS NOT NULL
MERGE (t:KgModel {id: $teacher})
SET t += $teacherProperties, t.createdAt = coalesce(t.createdAt, datetime.realtime())
MERGE (m)-[:KG_DISTILLED_FROM]->(t)
