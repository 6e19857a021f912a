// Leases that have run out without being released: what a killed publisher leaves.
// → name, holder
MATCH (l:KgLease)
WHERE l.expires < datetime.realtime()
RETURN l.name AS name, l.holder AS holder
