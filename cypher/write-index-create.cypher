// A vector index of one label. LABEL: checked name, SLOT: our own property name;
// $name, $config: {`vector.dimensions`, `vector.similarity_function`}. Where another index stands there, none is made.
CREATE VECTOR INDEX $name IF NOT EXISTS FOR (n:LABEL) ON (n.SLOT) OPTIONS {indexConfig: $config}
