/** Ranking queries: one row a held-out fact and direction; relations in [R, 2R) ask for heads. */
export interface RankingQueries extends Ranked {
  readonly entity: Int32Array;
  readonly relation: Int32Array;
}

/** What is ranked against what, whatever the questions are. */
export interface Ranked {
  readonly answer: Int32Array;
  /** Known answers, which are not ranked against; see `knownAnswers`. */
  readonly filter: Filter;
  /** Absent: every entity is a candidate. */
  readonly candidates?: CandidateSets;
}

/** Path queries of one length: (entity, relation[0][i], relation[1][i], …, ?), the entities in between not given. */
export interface PathQueries extends Ranked {
  readonly entity: Int32Array;
  /** [hops][queries]; relations in [R, 2R) go from tail to head. */
  readonly relation: readonly Int32Array[];
}

/** Lists of known answers, list k `entity[offset[k]..offset[k+1])`. A query's own answer may be in its list, and stays. */
export interface Filter {
  readonly offset: Int32Array;
  readonly entity: Int32Array;
  /**
   * Query → list; the list of its own number where absent. Facts that ask the same share one: a copy for each would grow
   * with the square of a node's facts.
   */
  readonly list?: Int32Array;
}

export interface CandidateSets {
  /** Query → index into `members`. */
  readonly set: Int32Array;
  /** Entities of each set, without repetition; the answer is among them. */
  readonly members: readonly Int32Array[];
}
