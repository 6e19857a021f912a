// Pointers of labels that a source no longer publishes. $source, $labels: those that it does
MATCH (p:KgPublication {source: $source})
WHERE NOT p.label IN $labels
DELETE p
