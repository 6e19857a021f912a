// How many nodes an index answers with when it is asked for more than there are.
// $index, $k, $vector
// → indexed
CALL db.index.vector.queryNodes($index, $k, $vector) YIELD node
RETURN count(node) AS indexed
