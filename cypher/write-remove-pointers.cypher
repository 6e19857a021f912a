// Readers of a source find nothing published from here on. $source
MATCH (p:KgPublication {source: $source})
DELETE p
