// Nodes of some labels that hold a vector, in records of 5,000; of all nodes where labels is null.
// $labels
// → ids
MATCH (n)
WHERE (n.kgEmbeddingA IS NOT NULL OR n.kgEmbeddingB IS NOT NULL)
  AND ($labels IS NULL OR any(label IN labels(n) WHERE label IN $labels))
WITH collect(id(n)) AS found
UNWIND range(0, size(found) - 1, 5000) AS from
RETURN found[from..from + 5000] AS ids
