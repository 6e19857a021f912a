// Points readers of a source at another slot. What they read until now is kept as the way back. Done again, as where
// the answer to the commit was lost, it changes nothing: an index belongs to one publication.
// $source, $model, $slot: property, $rows: {label, index, count, keyProperties, nameProperty}
UNWIND $rows AS row
MERGE (p:KgPublication {source: $source, label: row.label})
WITH p, row, p.model AS model, p.property AS property, p.index AS index, p.count AS count
WHERE index IS NULL OR index <> row.index
SET p.previousModel = model, p.previousProperty = property, p.previousIndex = index, p.previousCount = count,
  p.model = $model, p.property = $slot, p.index = row.index, p.count = row.count,
  p.keyProperties = row.keyProperties, p.nameProperty = row.nameProperty, p.since = datetime.realtime()
