// One more fact at a film, which the ring does not have. $id
MATCH (a:Film {id: $id}), (b:Film {id: 'f29'})
CREATE (a)-[:CITES]->(b)
