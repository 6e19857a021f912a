// One more node, linked to a new node of another label.
// LABEL, OTHER: checked names
// → (none)
MERGE (hub:LABEL {id: -1})
MERGE (end:OTHER {id: -1})
MERGE (hub)-[:SAME_AS]->(end)
