// A model by its id, if the database has it.
// $id
// → source, digest, published: whether readers are pointed at it
MATCH (m:KgModel {id: $id})
RETURN m.source AS source, m.digest AS digest,
  EXISTS { MATCH (p:KgPublication) WHERE p.model = m.id } AS published
