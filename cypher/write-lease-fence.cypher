// The last statement of a fenced transaction: no row where the lease was lost, then the caller rolls back. Its
// write lock lasts until the commit, so the next holder cannot begin before these writes stand.
// $name, $token
// → token
MATCH (l:KgLease {name: $name})
SET l.locked = true
REMOVE l.locked
WITH l, datetime.realtime() AS now
WHERE l.token = $token AND l.expires > now
RETURN l.token AS token
