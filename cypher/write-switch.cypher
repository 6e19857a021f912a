// Points readers of a source at another slot. What they read until now is kept as the way back, unless it is the same
// model: then the slot that held another one is written over, and there is no way back. Done again, as where
// the answer to the commit was lost, it changes nothing: an index belongs to one publication.
// $source, $model, $slot: property, $rows: {label, index, count, keyProperties, nameProperty}
UNWIND $rows AS row
MERGE (p:KgPublication {source: $source, label: row.label})
WITH p, row, p.index AS index, CASE WHEN p.model <> $model
  THEN {model: p.model, property: p.property, index: p.index, count: p.count} ELSE {} END AS previous
WHERE index IS NULL OR index <> row.index
SET p.previousModel = previous.model, p.previousProperty = previous.property, p.previousIndex = previous.index,
  p.previousCount = previous.count, p.model = $model, p.property = $slot, p.index = row.index, p.count = row.count,
  p.keyProperties = row.keyProperties, p.nameProperty = row.nameProperty, p.since = datetime.realtime()
