/** Ranking queries: one row a held-out fact and direction; relations in [R, 2R) ask for heads. */
export interface RankingQueries {
  readonly entity: Int32Array;
  readonly relation: Int32Array;
  readonly answer: Int32Array;
  /** Other known answers of query i, `entity[offset[i]..offset[i+1])`, which are not ranked against. */
  readonly filter: Filter;
  /** Absent: every entity is a candidate. */
  readonly candidates?: CandidateSets;
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
