/** Ranking queries: one row a held-out fact and direction; relations in [R, 2R) ask for heads. */
export interface RankingQueries extends Ranked {
  readonly entity: Int32Array;
  readonly relation: Int32Array;
}

/** What is ranked against what, whatever the questions are. */
export interface Ranked {
  readonly answer: Int32Array;
  /** Other known answers of query i, `entity[offset[i]..offset[i+1])`, which are not ranked against. */
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

export interface Filter {
  readonly offset: Int32Array;
  readonly entity: Int32Array;
}

export interface CandidateSets {
  /** Query → index into `members`. */
  readonly set: Int32Array;
  /** Entities of each set, without repetition; the answer is among them. */
  readonly members: readonly Int32Array[];
}
