// What readers of a source are pointed at, one row a label.
// $source
// → label, model, encoder, geometry, dim, slot: property, index, count, keyProperties, nameProperty
MATCH (p:KgPublication {source: $source})
MATCH (m:KgModel {id: p.model})
RETURN p.label AS label, p.model AS model, m.encoder AS encoder, m.geometry AS geometry, m.dim AS dim,
  p.property AS slot, p.index AS index, p.count AS count, p.keyProperties AS keyProperties, p.nameProperty AS nameProperty
ORDER BY label
