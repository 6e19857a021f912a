// Facts of some nodes, up to so many of each, with what is at their other ends.
// $ids: element ids, $types: of the relationships, $labels: of the other ends, $slot: property, $most
// → id, type, outgoing: whether the node is the head, other: element id, vector: of the other end, null where it has none
UNWIND $ids AS id
MATCH (n) WHERE elementId(n) = id
CALL (n) {
  MATCH (n)-[r]-(m)
  WHERE type(r) IN $types AND m <> n AND any(label IN labels(m) WHERE label IN $labels)
  RETURN r, m
  LIMIT $most
}
RETURN id, type(r) AS type, startNode(r) = n AS outgoing, elementId(m) AS other, m[$slot] AS vector
