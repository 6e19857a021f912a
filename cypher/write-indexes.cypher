// Our vector indexes.
// → name, label, property, state, percent, dimension, similarity, failure
SHOW VECTOR INDEXES
YIELD name, labelsOrTypes, properties, state, populationPercent, options, failureMessage
WHERE name STARTS WITH 'kgEmbedding' AND properties[0] IN ['kgEmbeddingA', 'kgEmbeddingB']
RETURN name, labelsOrTypes[0] AS label, properties[0] AS property, state, populationPercent AS percent,
  options.indexConfig['vector.dimensions'] AS dimension,
  options.indexConfig['vector.similarity_function'] AS similarity, failureMessage AS failure
