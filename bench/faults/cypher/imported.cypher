// What an import wrote. → nodes, relationships, pairs: of those the different ones
MATCH (n:El)
WITH count(n) AS nodes
OPTIONAL MATCH (h:El)-[r]->(t:El)
RETURN nodes, count(r) AS relationships, count(DISTINCT CASE WHEN r IS NULL THEN null ELSE h.id + ' ' + type(r) + ' ' + t.id END) AS pairs
