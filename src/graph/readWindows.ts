/** Relationships of a window at most: what one record holds, on the server and here. */
const RELATIONSHIPS = 50_000;
/** Nodes of a window at most. */
const NODES = 5_000;

/** Nodes as their relationships are asked for. */
export interface ReadWindows {
  /** Internal ids; each window is one query and one record of bounded size. */
  readonly windows: readonly bigint[][];
  /** Internal ids of nodes with more relationships than a window may have: each is read by itself, as a stream. */
  readonly hubs: readonly bigint[];
}

/**
 * Cuts nodes into windows that hold a bounded number of relationships together.
 *
 * @param ids [nodes] internal ids @param degrees [nodes] relationships of each
 * @param relationships of a window at most; 50,000 where absent
 * @example
 * readWindows([7, 8, 9], [3, 1_000_000, 5]); // { windows: [[7n, 9n]], hubs: [8n] }
 */
export function readWindows(
  ids: ArrayLike<number>,
  degrees: ArrayLike<number>,
  relationships = RELATIONSHIPS,
): ReadWindows {
  const windows: bigint[][] = [];
  const hubs: bigint[] = [];
  let window: bigint[] = [];
  let held = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = BigInt(ids[i]);
    if (degrees[i] > relationships) hubs.push(id);
    else {
      if (window.length === NODES || held + degrees[i] > relationships) {
        windows.push(window);
        window = [];
        held = 0;
      }
      window.push(id);
      held += degrees[i];
    }
  }
  if (window.length > 0) windows.push(window);
  return { windows, hubs };
}
