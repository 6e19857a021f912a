// Projects the facts of all sources with linked nodes merged into one. Parameters: $graph. Columns: nodes.
MATCH (h)
OPTIONAL MATCH (h)-[r]->(t) WHERE type(r) <> 'SAME_AS'
WITH gds.graph.project($graph, h.gdsCluster, t.gdsCluster, {}, {undirectedRelationshipTypes: ['*']}) AS projected
RETURN projected.nodeCount AS nodes
