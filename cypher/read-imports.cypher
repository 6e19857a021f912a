// Imports that were stopped and not taken up again.
// → file, rows: written, lines: of the whole file
MATCH (i:KgImport)
RETURN i.file AS file, i.rows AS rows, i.lines AS lines ORDER BY file
