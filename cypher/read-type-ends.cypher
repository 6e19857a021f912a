// Which labels the relationships of a type join, from the first 2,000.
// TYPE: checked name
// → left, right: lists of labels; count
MATCH (a)-[r:TYPE]->(b)
WITH a, b LIMIT 2000
RETURN labels(a) AS left, labels(b) AS right, count(*) AS count
ORDER BY count DESC
