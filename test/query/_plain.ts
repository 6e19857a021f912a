/** Queries and scores of triple encoders by their definitions, one number at a time. */

type Complex = readonly [re: number, im: number];

/** The query of (entity, relation, ?); complex numbers are written as [re | im]. */
export function plainQuery(
  encoder: string,
  entity: readonly number[],
  relation: readonly number[],
): number[] {
  if (encoder === 'distmult') return entity.map((x, i) => x * relation[i]);
  if (encoder === 'transe') return entity.map((x, i) => x + relation[i]);
  const half = entity.length / 2;
  const turned = Array.from({ length: half }, (_, i): Complex => {
    const [a, b] = [entity[i], entity[i + half]];
    const [c, d] =
      encoder === 'rotate'
        ? [Math.cos(relation[i]), Math.sin(relation[i])]
        : [relation[i], relation[i + half]];
    return [a * c - b * d, a * d + b * c];
  });
  return [...turned.map(([re]) => re), ...turned.map(([, im]) => im)];
}

/** q · e, by `unit` over the length of e; by `l2` the distance below 0. */
export function plainScore(geometry: string, query: readonly number[], entity: readonly number[]): number {
  if (geometry === 'l2') return -Math.hypot(...query.map((x, i) => x - entity[i]));
  const product = query.reduce((sum, x, i) => sum + x * entity[i], 0);
  return geometry === 'unit' ? product / Math.hypot(...entity) : product;
}
