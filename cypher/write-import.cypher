// Keeps how far an import has come.
// $id, $file: its name, $rows: written, $lines: of the whole file
MERGE (i:KgImport {id: $id})
SET i.file = $file, i.rows = toInteger($rows), i.lines = toInteger($lines), i.at = datetime.realtime()
