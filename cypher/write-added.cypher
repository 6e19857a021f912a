// Vectors of nodes that have none, in columns.
// $ids: element ids, $classes: label of each, $vectors, $slot: property
// → labels: of each node that was written
UNWIND range(0, size($ids) - 1) AS i
MATCH (n) WHERE elementId(n) = $ids[i] AND $classes[i] IN labels(n) AND n[$slot] IS NULL
CALL db.create.setNodeVectorProperty(n, $slot, $vectors[i])
RETURN labels(n) AS labels
