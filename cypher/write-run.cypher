// A run's record; a second one of the same id replaces it. $id, $properties
MERGE (r:KgRun {id: $id})
SET r += $properties, r.recordedAt = datetime.realtime()
