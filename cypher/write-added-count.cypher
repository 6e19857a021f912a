// Tells readers of a label of nodes that joined its index, unless they are pointed elsewhere by now.
// $source, $label, $model, $slot: property, $added
// → count
MATCH (p:KgPublication {source: $source, label: $label})
WHERE p.model = $model AND p.property = $slot
SET p.count = p.count + $added
RETURN p.count AS count
