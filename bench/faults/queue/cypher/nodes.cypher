// Nodes with the ids 1 to count, each in relation to three others. $count, LABEL
UNWIND range(1, $count) AS id
CREATE (:LABEL {id: id})
WITH count(*) AS nodes
MATCH (a:LABEL), (b:LABEL)
WHERE (b.id - a.id + nodes) % nodes IN [1, 2, 5]
CREATE (a)-[:NEXT]->(b)
