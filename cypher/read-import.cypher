// How far a stopped import has come.
// $id
// → rows: written, lines: of the whole file
MATCH (i:KgImport {id: $id})
RETURN i.rows AS rows, i.lines AS lines ORDER BY rows DESC LIMIT 1
