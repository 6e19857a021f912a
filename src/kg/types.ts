/** Columns of equal length; row i is the triple (head[i], relation[i], tail[i]) of dense ids. */
export interface Triples {
  readonly head: Int32Array;
  readonly relation: Int32Array;
  readonly tail: Int32Array;
  /** How much each fact counts in training, more than 0; 1 where absent. */
  readonly weight?: Float32Array;
}

/** The entities of one source, numbered 0..n-1 in the order of their sorted keys. */
export interface Entities {
  /** Canonical keys, `JSON.stringify([label, ...key values])`, unique, sorted by code unit (see `kg/keys.ts`). */
  readonly keys: readonly string[];
  /** The source's node labels in the order of the config: the candidate classes. */
  readonly labels: readonly string[];
  /** Entity → index into `labels`. */
  readonly label: Int32Array;
  /** Display names where the config names a property for them. */
  readonly names?: readonly (string | null)[];
}

/** One knowledge graph. Relation ids count into `Dataset.relations`, which all sources share. */
export interface SourceGraph {
  readonly name: string;
  readonly entities: Entities;
  readonly triples: Triples;
}

/** Links between entities of two sources, as columns; `leftSource` and `rightSource` count into `Dataset.sources`. */
export interface Alignments {
  readonly leftSource: Int32Array;
  readonly left: Int32Array;
  readonly rightSource: Int32Array;
  readonly right: Int32Array;
  /** In (0, 1]; 1 where the data names none. */
  readonly confidence: Float32Array;
}

/** Several sources with their links: what the graph layer reads and training consumes. */
export interface Dataset {
  readonly sources: readonly SourceGraph[];
  /** Relation names after the config's mapping, sorted by code unit; ids are positions. */
  readonly relations: readonly string[];
  readonly alignments: Alignments;
}

/** Connected components of the alignments after conflicts are resolved. */
export interface LinkedClasses {
  /** For each source: entity → class id, dense over all sources; an unlinked entity is a class of its own. */
  readonly classOf: readonly Int32Array[];
  readonly count: number;
  /** Components that held two entities of one source before resolution. */
  readonly conflicts: number;
  /** Links left out of the classes: under the threshold, or losers of a conflict. They serve as soft links. */
  readonly soft: Alignments;
}

/**
 * Link-prediction queries as columns. `relation` in [0, R) asks for tails of (entity, relation, ?);
 * in [R, 2R) it is the reciprocal relation and asks for heads of (?, relation - R, entity).
 */
export interface Queries {
  readonly entity: Int32Array;
  readonly relation: Int32Array;
}

/** One row a distinct query with its known answers, in compressed rows: answers of query i are `answer[offset[i]..offset[i+1])`. */
export interface GroupedQueries extends Queries {
  readonly offset: Int32Array;
  readonly answer: Int32Array;
  /** Weight of the query's own loss term, 1 where absent. */
  readonly weight?: Float32Array;
}

/** The teacher's training graph: one row a linked class. */
export interface JointGraph {
  /** For each source of the teacher (by its order in `sources`): entity → row. */
  readonly rowOf: readonly Int32Array[];
  readonly sources: readonly string[];
  readonly rows: number;
  readonly relations: number;
  readonly triples: Triples;
  /** [triples] bit s: source s holds the triple; sources that are 31 apart share a bit. */
  readonly source: Int32Array;
}

/** Training triples apart from the facts held out for validation and test. */
export interface Split {
  readonly train: Triples;
  readonly valid: Triples;
  readonly test: Triples;
}
