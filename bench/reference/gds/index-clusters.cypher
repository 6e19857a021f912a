// Finds the nodes of a cluster. Words: LABEL.
CREATE INDEX gdsCluster IF NOT EXISTS FOR (n:LABEL) ON (n.gdsCluster)
