// Forgets an import that is whole.
// $id
MATCH (i:KgImport {id: $id})
DELETE i
