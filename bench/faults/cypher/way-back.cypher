// Whether readers can be pointed back at another model. $source
// → back: for each label
MATCH (p:KgPublication {source: $source})
RETURN p.previousModel IS NOT NULL AND p.previousModel <> p.model AND p.previousIndex <> p.index AS back
