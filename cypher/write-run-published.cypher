// Notes on a run that it is published, once and for all. Stands in the transaction that switches the readers.
// $id, $source, $model, $token: of the lease
// → noted: no row where it was published before
MERGE (r:KgRun {id: $id})
WITH r WHERE r.published IS NULL
SET r.published = datetime.realtime(), r.source = $source, r.model = $model, r.token = $token
RETURN true AS noted
