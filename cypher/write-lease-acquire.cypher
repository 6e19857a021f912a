// Takes a lease where it is free or has run out, by the server's clock. The lock comes before the reading, so two
// that ask at once are served one after the other.
// The token begins at the clock, so that it grows even where the node was removed meanwhile.
// $name, $holder, $seconds, $claim: the same where one request is asked again, for the answer may have been lost
// → taken, token, holder, expires, secondsLeft: the lease as it stands afterwards
MERGE (l:KgLease {name: $name})
SET l.locked = true
WITH l, datetime.realtime() AS now
WITH l, now, l.expires IS NULL OR l.expires <= now AS free, coalesce(l.claim = $claim, false) AS own
FOREACH (ignored IN CASE WHEN free THEN [1] ELSE [] END |
  SET l.holder = $holder, l.claim = $claim, l.token = coalesce(l.token, timestamp()) + 1, l.since = now,
      l.expires = now + duration({milliseconds: toInteger($seconds * 1000)}))
REMOVE l.locked
RETURN free OR own AS taken, l.token AS token, l.holder AS holder, toString(l.expires) AS expires,
  l.expires.epochSeconds - now.epochSeconds AS secondsLeft
