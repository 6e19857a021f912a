// Since when a run counts as published once and for all. $id
// → published: no row where it is not
MATCH (r:KgRun {id: $id})
WHERE r.published IS NOT NULL
RETURN toString(r.published) AS published
