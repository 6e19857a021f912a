// Computes vectors of merged nodes and writes them to the target's. Words: LABEL, ALGORITHM. Parameters: $graph,
// $settings, $property. Columns: written.
CALL gds.ALGORITHM.stream($graph, $settings) YIELD nodeId, embedding
MATCH (n:LABEL {gdsCluster: nodeId})
CALL db.create.setNodeVectorProperty(n, $property, embedding)
RETURN count(*) AS written
