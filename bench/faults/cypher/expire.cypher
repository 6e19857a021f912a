// Lets all leases run out.
MATCH (l:KgLease) WHERE l.expires IS NOT NULL
SET l.expires = datetime.realtime() - duration({seconds: 1})
