// Nodes of a label's class that have no vector.
// LABEL: checked name; $earlier: labels listed before this one, $slot: property, $properties: of the key, empty for the
// element id, $most
// → id: element id, key
MATCH (n:LABEL)
WHERE n[$slot] IS NULL AND none(label IN $earlier WHERE label IN labels(n))
WITH n, CASE WHEN size($properties) = 0 THEN [elementId(n)] ELSE
  [name IN $properties | CASE WHEN n[name] IS :: INTEGER AND abs(n[name]) > 9007199254740991
    THEN {int: toString(n[name])} ELSE n[name] END] END AS key
WHERE none(value IN key WHERE value IS NULL)
RETURN elementId(n) AS id, key
LIMIT $most
