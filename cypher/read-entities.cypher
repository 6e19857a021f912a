// The nodes of a label with their keys, in records of 5,000 as columns. The internal id joins them to relationships
// within one export and goes no further. Integers beyond 2^53, which a JavaScript number cannot hold, come as {int: text}.
// LABEL: quoted name; $properties: of the key, empty for the element id; $earlier: labels listed before this one,
// whose nodes are another class; $name: property shown to people, or null where names are not asked for
// → ids, names (empty where not asked for), degrees: how many relationships of any type each node has; a list each;
// keys: a list for each property of the key
MATCH (n:LABEL)
WHERE none(label IN $earlier WHERE label IN labels(n))
WITH collect(n) AS nodes
UNWIND range(0, size(nodes) - 1, 5000) AS from
WITH nodes[from..from + 5000] AS part
RETURN [n IN part | id(n)] AS ids,
  CASE WHEN size($properties) = 0 THEN [[n IN part | elementId(n)]] ELSE
    [name IN $properties | [n IN part |
      CASE WHEN n[name] IS :: INTEGER AND NOT -9007199254740991 <= n[name] <= 9007199254740991
      THEN {int: toString(n[name])} ELSE n[name] END]] END AS keys,
  CASE WHEN $name IS NULL THEN [] ELSE [n IN part | n[$name]] END AS names,
  [n IN part | COUNT { (n)--() }] AS degrees
