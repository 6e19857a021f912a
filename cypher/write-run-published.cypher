// Notes on a run that it is published, once and for all, with what later looks at the data compare them with. Stands in
// the transaction that switches the readers.
// $id, $source, $dataDigest, $token: of the lease
// → noted: no row where it was published before
MERGE (r:KgRun {id: $id})
WITH r, datetime.realtime() AS now WHERE r.published IS NULL
SET r.published = now, r.recordedAt = now, r.source = $source, r.model = $id,
  r.dataDigest = $dataDigest, r.outcome = 'published', r.token = $token
RETURN true AS noted
