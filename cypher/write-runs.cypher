// Recorded runs, newest first. $source: or null for all
// → run: its properties, recordedAt
MATCH (r:KgRun)
WHERE $source IS NULL OR r.source = $source
WITH r ORDER BY r.recordedAt DESC
RETURN r {.*} AS run, toString(r.recordedAt) AS recordedAt
