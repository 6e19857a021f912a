/**
 * The entities that are linked to one of a target, for each source: where the linked subgraph is read from.
 *
 * @param classOf [sources][entities] of `linkClasses` @param count classes
 * @returns [sources][entities] 1 for an anchor
 * @example
 * anchorsOf([Int32Array.of(0, 1), Int32Array.of(1, 2)], 3, 0)[1]; // [1, 0]
 */
export function anchorsOf(classOf: readonly Int32Array[], count: number, target: number): Uint8Array[] {
  const isTargets = new Uint8Array(count);
  for (const id of classOf[target]) isTargets[id] = 1;
  return classOf.map((classes) => {
    const anchors = new Uint8Array(classes.length);
    for (let entity = 0; entity < classes.length; entity++) anchors[entity] = isTargets[classes[entity]];
    return anchors;
  });
}
