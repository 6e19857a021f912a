// Gives linked nodes the same number. Parameters: $graph. Columns: clusters.
CALL gds.wcc.write($graph, {writeProperty: 'gdsCluster'}) YIELD componentCount
RETURN componentCount AS clusters
