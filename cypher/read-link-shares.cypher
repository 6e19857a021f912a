// Properties of a relationship type whose values all are in (0, 1], from the first 2,000 relationships.
// TYPE: checked name
// → name
MATCH ()-[r:TYPE]->()
WITH r LIMIT 2000
UNWIND keys(r) AS name
WITH name, collect(r[name]) AS values
WHERE all(value IN values WHERE value IS :: INTEGER | FLOAT AND 0 < value <= 1)
RETURN name
ORDER BY name
