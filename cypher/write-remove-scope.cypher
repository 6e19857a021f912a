// Sources that anything of ours belongs to, with all labels they ever wrote vectors to.
// → source, labels
MATCH (l:KgLease) WHERE l.name STARTS WITH 'publish:'
RETURN substring(l.name, size('publish:')) AS source, coalesce(l.labels, []) AS labels
