// Own nodes of a source, or all of them where source is null.
// $source
// → removed
MATCH (n:KgModel|KgRelation|KgRun|KgLease|KgPublication|KgImport)
WHERE $source IS NULL OR n.source = $source OR n.name = 'publish:' + $source
  OR EXISTS { MATCH (m:KgModel {source: $source}) WHERE m.id = n.model }
DETACH DELETE n
RETURN count(*) AS removed
