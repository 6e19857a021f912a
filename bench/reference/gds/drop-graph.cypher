// Forgets a projection. Parameters: $graph. Columns: graphName.
CALL gds.graph.drop($graph, false) YIELD graphName
RETURN graphName
