// Vectors of the target's nodes. Words: LABEL. Parameters: $property. Columns: id, vector.
MATCH (n:LABEL) WHERE n[$property] IS NOT NULL
RETURN n.id AS id, n[$property] AS vector
