// What readers of a source are pointed at, and which labels other sources publish.
// $source
// → source, label, model, property, index, count, previousModel, previousIndex, age: seconds since the switch
MATCH (p:KgPublication)
RETURN p.source AS source, p.label AS label, p.model AS model, p.property AS property, p.index AS index,
  p.count AS count, p.previousModel AS previousModel, p.previousIndex AS previousIndex,
  duration.inSeconds(p.since, datetime.realtime()).seconds AS age
ORDER BY source, label
