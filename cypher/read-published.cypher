// The model that readers of a source are pointed at; no row where nothing is published.
// $source
// → id, dataDigest, metrics: JSON
MATCH (p:KgPublication {source: $source})
MATCH (m:KgModel {id: p.model})
RETURN DISTINCT m.id AS id, m.dataDigest AS dataDigest, m.metrics AS metrics
LIMIT 1
