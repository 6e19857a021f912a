// Points readers of a source at another slot. What they read until now is kept as the way back.
// $source, $model, $slot: property, $rows: {label, index, count, keyProperties, nameProperty}
UNWIND $rows AS row
MERGE (p:KgPublication {source: $source, label: row.label})
WITH p, row, p.model AS model, p.property AS property, p.index AS index, p.count AS count
SET p.previousModel = model, p.previousProperty = property, p.previousIndex = index, p.previousCount = count,
  p.model = $model, p.property = $slot, p.index = row.index, p.count = row.count,
  p.keyProperties = row.keyProperties, p.nameProperty = row.nameProperty, p.since = datetime.realtime()
