// The way back ends when its slot is about to be emptied. $source
MATCH (p:KgPublication {source: $source})
REMOVE p.previousModel, p.previousProperty, p.previousIndex, p.previousCount
