// Gives a lease back. The node stays and keeps its token, which must only grow.
// $name, $token
// → released: 0 where the lease was lost before
MATCH (l:KgLease {name: $name})
SET l.locked = true
REMOVE l.locked
WITH l WHERE l.token = $token
REMOVE l.holder, l.claim, l.expires, l.since
RETURN count(l) AS released
