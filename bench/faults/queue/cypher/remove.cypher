// Takes the nodes of a label away. LABEL
MATCH (n:LABEL)
DETACH DELETE n
