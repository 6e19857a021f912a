// Relationships of a type at nodes of a label, from the count store alone.
// LABEL, TYPE: checked names
// → outgoing, incoming
CALL () { MATCH (:LABEL)-[r:TYPE]->() RETURN count(r) AS outgoing }
CALL () { MATCH ()-[r:TYPE]->(:LABEL) RETURN count(r) AS incoming }
RETURN outgoing, incoming
