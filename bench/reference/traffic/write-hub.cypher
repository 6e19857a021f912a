// One more node with very many relationships in both directions, linked to a new node of another label.
// LABEL, OTHER: checked names; $type: of the relationships, with " out" or " in" behind; $count: nodes joined in each
// direction
// → (none)
MERGE (hub:LABEL {id: -1})
MERGE (end:OTHER {id: -1})
MERGE (hub)-[:SAME_AS]->(end)
WITH hub
MATCH (n:LABEL) WHERE n.id >= 0
WITH hub, n LIMIT $count
CALL (hub, n) {
  CREATE (hub)-[:$($type + ' out')]->(n), (hub)<-[:$($type + ' in')]-(n)
} IN TRANSACTIONS OF 10000 ROWS
