import type { ErrorCode } from './errors.js';

/** Counts of one source as it was read. */
export interface ReadCounts {
  readonly source: string;
  readonly entities: number;
  readonly triples: number;
  readonly relations: number;
}

/** Why kernels are missing that set-up did not make. */
export const NOT_BUILT = 'not built';

/** What TensorFlow runs on. */
export interface Device {
  /** `tensorflow` where it is native, else `wasm`. */
  readonly backend: string;
  readonly gpu: boolean;
  /** Of TensorFlow where it is native, of tfjs else. */
  readonly version: string;
  /** Why the native library runs on the CPU without the kernels of `src/model/native`; absent where it has them. */
  readonly withoutKernels?: string;
  /** Why WebAssembly stands in for the native library; absent where it does not, or was asked for. */
  readonly fallback?: string;
}

/** What a training uses while it runs. */
export interface Usage {
  /** For people: the CPU, WebAssembly, or which GPU. */
  readonly device: string;
  /** Resident memory of the training process, in MiB. */
  readonly memoryMb: number;
  /** In use on the GPU by all that runs there, in MiB; absent without one. */
  readonly gpuMemoryMb?: number;
}

/** Whose training it is. */
export interface Trained {
  readonly role: 'teacher' | 'student';
  /** The source of a student. */
  readonly target?: string;
}

/**
 * What the library tells while it works. Progress lines, logs and reports subscribe with `onEvent`; the library
 * itself prints nothing.
 */
export type KgmentorEvent =
  /** A source was read. */
  | ({ readonly type: 'read' } & ReadCounts)
  /** A training process has begun on a device. */
  | ({ readonly type: 'device' } & Device)
  /** A training of a run folder begins, or goes on. */
  | (Trained & { readonly type: 'begun'; readonly folder: string; readonly resumed: boolean })
  /** A training goes on behind whole epochs and steps of the one after; 0 and 0 where none was kept. */
  | (Partial<Trained> & { readonly type: 'resumed'; readonly epoch: number; readonly step: number })
  /** About twice a second within an epoch; rows are grouped training queries. */
  | (Trained & {
      readonly type: 'step';
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly steps: number;
      readonly rowsPerSecond: number;
      readonly etaSeconds: number;
    })
  /** An epoch is done; `loss` is its mean. */
  | (Trained &
      Partial<Usage> & {
        readonly type: 'epoch';
        readonly epoch: number;
        readonly epochs: number;
        readonly loss: number;
        readonly rowsPerSecond: number;
        readonly etaSeconds: number;
        /** Share of the training's seconds until now that it waited for its batches, in [0, 1]. */
        readonly waiting: number;
      })
  /** A validation; `value` in [0, 1], `best` where it is the best so far. */
  | (Partial<Trained> & {
      readonly type: 'evaluated';
      readonly epoch: number;
      readonly metric: 'mrr';
      readonly value: number;
      readonly best: boolean;
      /** What the validation took. */
      readonly validationSeconds?: number;
    })
  /** A student began with dimensions of its teacher, whose share of the teacher's scores is in [0, 1]. */
  | (Partial<Trained> & {
      readonly type: 'started';
      readonly dimensions: number;
      readonly of: number;
      readonly share: number;
    })
  /** What the random walks of a path encoder are like, from a sample; shares in [0, 1]. */
  | (Partial<Trained> & {
      readonly type: 'walks';
      readonly walks: number;
      readonly steps: number;
      /** Share of steps into a fact of another source; absent where facts do not know their sources. */
      readonly crossing?: number;
      /** Share of steps to an entity that the walk has met before. */
      readonly repeated: number;
      /** Mean of the different entities of a walk. */
      readonly distinct: number;
    })
  /** Links were added to those of the graph before a training. */
  | {
      readonly type: 'grown';
      readonly round: number;
      readonly rounds: number;
      readonly byVectors: number;
      readonly byStructure: number;
    }
  /** A part of the work is done. */
  | { readonly type: 'stage'; readonly name: string; readonly seconds: number; readonly peakMb?: number }
  /** Rows sent so far while importing or publishing. */
  | {
      readonly type: 'progress';
      readonly name: string;
      readonly done: number;
      readonly total?: number;
      readonly rowsPerSecond?: number;
      readonly etaSeconds?: number;
    }
  /** A publication leaves readers time who may still use the vectors before the last ones. */
  | { readonly type: 'waiting'; readonly source: string; readonly seconds: number }
  /** Readers of a source were switched to a model. */
  | {
      readonly type: 'published';
      readonly source: string;
      readonly label: string;
      readonly model: string;
      readonly nodes: number;
      readonly index: string;
    }
  /** How far a run's vectors moved from those of the earlier model that it began with; cosines in [-1, 1]. */
  | (Partial<Trained> & {
      readonly type: 'drift';
      readonly entities: number;
      readonly cosine: number;
      /** The cosine that one in twenty is below. */
      readonly low: number;
    })
  /** A new student was worse than the one that readers have, and is not published. */
  | {
      readonly type: 'refused';
      readonly source: string;
      readonly model: string;
      /** Why, as a sentence. */
      readonly message: string;
    }
  /** A run has ended well. */
  | (Partial<Trained> & { readonly type: 'done'; readonly folder: string; readonly seconds?: number })
  /** A training has ended without a model; INTERRUPTED where it was stopped. */
  | (Trained & {
      readonly type: 'failed';
      readonly folder: string;
      readonly code: ErrorCode;
      readonly message: string;
    })
  /** Something that a person should know and that stops nothing. */
  | { readonly type: 'warning'; readonly message: string };

/** Receives events; must not throw. */
export type OnEvent = (event: KgmentorEvent) => void;
