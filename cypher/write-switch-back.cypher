// Points readers of a source at what they read before; what they read until now becomes the way back. Done again, as
// where the answer to the commit was lost, it changes nothing.
// $source, $indexes: that stand ready, $from: those that readers are to leave
// → label, model
MATCH (p:KgPublication {source: $source})
WITH collect(p) AS pointers
WHERE all(p IN pointers WHERE p.previousIndex IN $indexes)
UNWIND pointers AS p
WITH p, p.model AS model, p.property AS property, p.index AS index, p.count AS count
FOREACH (ignored IN CASE WHEN index IN $from THEN [1] ELSE [] END |
  SET p.model = p.previousModel, p.property = p.previousProperty, p.index = p.previousIndex,
    p.count = p.previousCount, p.since = datetime.realtime()
  SET p.previousModel = model, p.previousProperty = property, p.previousIndex = index, p.previousCount = count)
RETURN p.label AS label, p.model AS model
