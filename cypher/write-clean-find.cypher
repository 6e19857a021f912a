// Nodes of some labels that hold a vector in a slot, in records of 5,000.
// $labels, $slot: property
// → ids
MATCH (n)
WHERE n[$slot] IS NOT NULL AND any(label IN labels(n) WHERE label IN $labels)
WITH collect(id(n)) AS found
UNWIND range(0, size(found) - 1, 5000) AS from
RETURN found[from..from + 5000] AS ids
