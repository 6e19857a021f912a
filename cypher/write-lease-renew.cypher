// Moves a lease's end, if its token is still the holder's and it has not run out.
// $name, $token, $seconds
// → expires: no row where the lease was lost
MATCH (l:KgLease {name: $name})
SET l.locked = true
REMOVE l.locked
WITH l, datetime.realtime() AS now
WHERE l.token = $token AND l.expires > now
SET l.expires = now + duration({milliseconds: toInteger($seconds * 1000)})
RETURN toString(l.expires) AS expires
