import type { Dataset, LinkedClasses } from '../kg/types.js';
import { readModelEntities } from './folder.js';
import type { TeacherLink } from './job.js';

/**
 * Student row → teacher row: the target's own one where the teacher has seen the target, else among the rows that
 * the entity's class reaches the one with most training triples. Relations meet by name.
 *
 * @param extraClass classes of the rows that hop 1 adds after the target's entities
 */
export function linkToTeacher(
  folder: string,
  dataset: Dataset,
  classes: LinkedClasses,
  target: number,
  extraClass: Int32Array,
): TeacherLink {
  const teacher = readModelEntities(folder);
  const best = new Int32Array(classes.count).fill(-1);
  const own = new Int32Array(dataset.sources[target].entities.keys.length).fill(-1);
  for (const [s, { name, entities }] of dataset.sources.entries()) {
    const known = teacher.sources.find((source) => source.name === name);
    if (!known) continue;
    const rowOf = new Map(known.keys.map((key, i) => [key, known.rows[i]]));
    for (const [entity, key] of entities.keys.entries()) {
      const row = rowOf.get(key);
      if (row === undefined) continue;
      if (s === target) own[entity] = row;
      const at = classes.classOf[s][entity];
      const other = best[at];
      const better = other < 0 || teacher.degree[row] - teacher.degree[other] || other - row;
      if (better === true || Number(better) > 0) best[at] = row;
    }
  }
  const mine = classes.classOf[target].map((at, entity) => (own[entity] >= 0 ? own[entity] : best[at]));
  const row = new Int32Array(mine.length + extraClass.length);
  row.set(mine);
  row.set(
    extraClass.map((at) => best[at]),
    mine.length,
  );
  const relations = dataset.relations.length;
  const relation = new Int32Array(2 * relations);
  const idOf = new Map(teacher.relations.map((name, id) => [name, id]));
  for (const [i, name] of dataset.relations.entries()) {
    const id = idOf.get(name) ?? -1;
    relation[i] = id;
    relation[i + relations] = id < 0 ? -1 : id + teacher.relations.length;
  }
  return { folder, row, relation };
}
