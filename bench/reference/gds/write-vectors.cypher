// Computes vectors and writes them to the nodes. Words: ALGORITHM. Parameters: $graph, $settings. Columns: written.
CALL gds.ALGORITHM.write($graph, $settings) YIELD nodePropertiesWritten
RETURN nodePropertiesWritten AS written
