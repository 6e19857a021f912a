// Both slots of a batch of nodes. $ids
UNWIND $ids AS id
MATCH (n) WHERE id(n) = id
REMOVE n.kgEmbeddingA, n.kgEmbeddingB
