// Projects the target, the nodes that are linked to it, and all relationships between these nodes, links as well.
// Words: LABEL. Parameters: $graph. Columns: nodes.
MATCH (n:LABEL)
WITH collect(DISTINCT n.gdsCluster) AS clusters
MATCH (h) WHERE h.gdsCluster IN clusters
OPTIONAL MATCH (h)-->(t) WHERE t.gdsCluster IN clusters
WITH gds.graph.project($graph, h, t, {}, {undirectedRelationshipTypes: ['*']}) AS projected
RETURN projected.nodeCount AS nodes
