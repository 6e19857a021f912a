// Notes on a source's lease which labels it ever wrote vectors to, so that all of them can be found again.
// $name, $labels
MATCH (l:KgLease {name: $name})
SET l.labels = coalesce(l.labels, []) + [label IN $labels WHERE NOT label IN coalesce(l.labels, [])]
