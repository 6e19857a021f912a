// How many nodes of a label hold a vector in a slot.
// LABEL: checked name; $earlier: labels listed before this one; $slot: property; $dimension
// → own: of this label's class, labelled: with this label, which is what its index holds, wrong: of another length
MATCH (n:LABEL)
WHERE n[$slot] IS NOT NULL
RETURN count(CASE WHEN none(label IN $earlier WHERE label IN labels(n)) THEN 1 END) AS own,
  count(n) AS labelled, count(CASE WHEN size(n[$slot]) <> $dimension THEN 1 END) AS wrong
