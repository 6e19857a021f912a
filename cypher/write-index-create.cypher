// A vector index of one label. LABEL: checked name, SLOT: our own property name;
// $name, $config: {`vector.dimensions`, `vector.similarity_function`}
CREATE VECTOR INDEX $name FOR (n:LABEL) ON (n.SLOT) OPTIONS {indexConfig: $config}
