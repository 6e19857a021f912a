// One more fact between two films, which the ring does not have. $from, $to
MATCH (a:Film {id: $from}), (b:Film {id: $to})
CREATE (a)-[:CITES]->(b)
