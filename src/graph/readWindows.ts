/** Relationships of a window at most: what one record holds, on the server and here. */
const RELATIONSHIPS = 50_000;
/** Nodes of a window at most. */
const NODES = 5_000;

/** Nodes as their relationships are asked for. */
export interface ReadWindows {
  /**
   * Internal ids; each window is one query and one record of bounded size. They go to the server as floats, which
   * equal the ids there and cost the driver a tenth of integers.
   */
  readonly windows: readonly number[][];
  /** Internal ids of nodes with more relationships than a window may have: each is read by itself, as a stream. */
  readonly hubs: readonly bigint[];
}

/**
 * Cuts nodes into windows that hold a bounded number of relationships together.
 *
 * @param ids [nodes] internal ids @param degrees [nodes] relationships of each
 * @param relationships of a window at most; 50,000 where absent
 * @example
 * readWindows([7, 8, 9], [3, 1_000_000, 5]); // { windows: [[7, 9]], hubs: [8n] }
 */
export function readWindows(
  ids: ArrayLike<number>,
  degrees: ArrayLike<number>,
  relationships = RELATIONSHIPS,
): ReadWindows {
  const windows: number[][] = [];
  const hubs: bigint[] = [];
  let window: number[] = [];
  let held = 0;
  for (let i = 0; i < ids.length; i++) {
    if (degrees[i] > relationships) hubs.push(BigInt(ids[i]));
    else {
      if (window.length === NODES || held + degrees[i] > relationships) {
        windows.push(window);
        window = [];
        held = 0;
      }
      window.push(ids[i]);
      held += degrees[i];
    }
  }
  if (window.length > 0) windows.push(window);
  return { windows, hubs };
}
