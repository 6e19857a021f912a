// Projects the target's own facts. Words: LABEL. Parameters: $graph. Columns: nodes.
MATCH (h:LABEL)
OPTIONAL MATCH (h)-[r]->(t:LABEL) WHERE type(r) <> 'SAME_AS'
WITH gds.graph.project($graph, h, t, {}, {undirectedRelationshipTypes: ['*']}) AS projected
RETURN projected.nodeCount AS nodes
