// Projects all nodes with their links. Parameters: $graph. Columns: nodes.
MATCH (n)
OPTIONAL MATCH (n)-[:SAME_AS]->(m)
WITH gds.graph.project($graph, n, m, {}, {undirectedRelationshipTypes: ['*']}) AS projected
RETURN projected.nodeCount AS nodes
