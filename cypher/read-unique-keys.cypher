// Uniqueness constraints and node keys.
// → label, properties
SHOW CONSTRAINTS YIELD entityType, labelsOrTypes, properties, type
WHERE entityType = 'NODE' AND type IN ['UNIQUENESS', 'NODE_PROPERTY_UNIQUENESS', 'NODE_KEY']
RETURN labelsOrTypes[0] AS label, properties
