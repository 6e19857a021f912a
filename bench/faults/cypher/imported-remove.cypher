// Removes what an import wrote, and its record.
MATCH (n:El|KgImport)
DETACH DELETE n
