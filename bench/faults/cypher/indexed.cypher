// How many nodes an index answers with. $index, $k: more than there are, $vector
// → nodes
CALL db.index.vector.queryNodes($index, toInteger($k), $vector) YIELD node
RETURN count(node) AS nodes
