// Nodes of a label and relationships at them, from the count store alone: its cost does not grow with the graph.
// LABEL: checked name
// → nodes, outgoing, incoming
CALL () { MATCH (n:LABEL) RETURN count(n) AS nodes }
CALL () { MATCH (:LABEL)-[r]->() RETURN count(r) AS outgoing }
CALL () { MATCH ()-[r]->(:LABEL) RETURN count(r) AS incoming }
RETURN nodes, outgoing, incoming
