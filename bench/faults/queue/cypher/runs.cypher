// → id: of runs that count as published
MATCH (r:KgRun)
WHERE r.published IS NOT NULL
RETURN r.id AS id
