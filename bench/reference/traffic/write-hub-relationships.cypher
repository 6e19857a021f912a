// Relationships of that node in both directions, with nodes of its label.
// LABEL: checked name; $type: of the relationships, with " out" or " in" behind; $count: nodes joined in each direction
// → (none)
MATCH (hub:LABEL {id: -1})
MATCH (n:LABEL) WHERE n.id >= 0
WITH hub, n LIMIT $count
CALL (hub, n) {
  CREATE (hub)-[:$($type + ' out')]->(n), (hub)<-[:$($type + ' in')]-(n)
} IN TRANSACTIONS OF 10000 ROWS
