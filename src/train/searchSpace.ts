import { type Config, type SearchSettings, studentSchema, teacherSchema } from '../config.js';
import { faultSentences, type JsonNode } from '../configFaults.js';
import { KgmentorError } from '../errors.js';
import { nearest } from '../kg/nearest.js';
import { seededRandom } from '../kg/random.js';
import { jsonSchema } from '../settings.js';

/** Whose settings a search varies. */
export type Role = 'teacher' | 'student';
export type RoleSettings = Config['teacher'] | Config['student'];
export type SearchSpace = SearchSettings['space'];
/** Settings by their path below the role, such as `distillation.feature`. */
export type Choice = Readonly<Record<string, unknown>>;

/** Not a matter of better or worse on validation: what is learnt, and luck. */
const FIXED = ['seed', 'sources'];

/**
 * The part of a declared space that belongs to a role, paths below the role, sorted.
 *
 * @throws KgmentorError USAGE for a path that names no setting, with the nearest; for values that the setting cannot
 *   have; NO_DATA when nothing of the role is declared
 * @example
 * spaceOf({ 'student.n3': { log: [0.001, 0.1] } }, 'student', config.student); // { n3: { log: [0.001, 0.1] } }
 */
export function spaceOf(space: SearchSpace, role: Role, base: RoleSettings): SearchSpace {
  const schema = jsonSchema() as JsonNode;
  const known = (['teacher', 'student'] as const).flatMap((one) =>
    settingPaths(schema.properties?.[one] ?? {}).map((path) => `${one}.${path}`),
  );
  for (const path of Object.keys(space)) {
    if (known.includes(path)) continue;
    const [near] = nearest(path, known);
    throw new KgmentorError('USAGE', `search.space names no setting with ${JSON.stringify(path)}.`, {
      next: near ? `Did you mean ${JSON.stringify(near)}?` : `Settings begin with "teacher." or "student.".`,
    });
  }
  const own = Object.entries(space)
    .filter(([path]) => path.startsWith(`${role}.`))
    .map(([path, values]) => [path.slice(role.length + 1), values] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (own.length === 0)
    throw new KgmentorError('USAGE', `search.space of the configuration holds no setting of the ${role}.`, {
      next: `Declare some, such as { "search": { "space": { "${role}.n3": { "log": [0.001, 0.1] } } } }.`,
    });
  for (const [path, values] of own) {
    if (FIXED.includes(path))
      throw new KgmentorError(
        'USAGE',
        `search.space: ${role}.${path} is no setting that validation can choose.`,
      );
    for (const value of extremes(values)) withChoice(role, base, { [path]: value });
  }
  return Object.fromEntries(own);
}

/** All paths of a JSON Schema's objects, inner nodes included. */
function settingPaths(node: JsonNode): string[] {
  const inner = [node, ...(node.anyOf ?? [])].flatMap((one) => Object.entries(one.properties ?? {}));
  return [
    ...new Set(
      inner.flatMap(([name, child]) => [name, ...settingPaths(child).map((path) => `${name}.${path}`)]),
    ),
  ];
}

const extremes = (values: SearchSpace[string]): readonly unknown[] =>
  Array.isArray(values) ? values : Object.values(values).flat();

/** What each encoder has a default of its own for. */
const BY_ENCODER = ['layers', 'geometry', 'optimiser', 'learningRate', 'n3'];

/**
 * Settings with a choice put in. Of another encoder they have what that encoder usually has, not what the first one has.
 *
 * @throws KgmentorError USAGE when the outcome is no valid setting
 */
export function withChoice<S extends RoleSettings>(role: Role, base: S, choice: Choice): S {
  const settings = structuredClone(base) as Record<string, unknown>;
  if (choice.encoder !== undefined && choice.encoder !== base.encoder)
    for (const name of BY_ENCODER) delete settings[name];
  for (const [path, value] of Object.entries(choice)) put(settings, path, value);
  const parsed = (role === 'teacher' ? teacherSchema : studentSchema).safeParse(settings);
  if (parsed.success) return parsed.data as S;
  const node = (jsonSchema() as JsonNode).properties?.[role] ?? {};
  throw new KgmentorError(
    'USAGE',
    `search.space, ${role}.${faultSentences(parsed.error.issues, node).join('; ')}.`,
  );
}

/** The choice that settings as they are stand for; what they do not have is left out. */
export const choiceOf = (settings: RoleSettings, paths: readonly string[]): Choice =>
  Object.fromEntries(
    paths
      .map((path) => [path, path.split('.').reduce<unknown>((at, step) => (at as Choice)?.[step], settings)])
      .filter(([, value]) => value !== undefined),
  );

/** Puts a value at a path of nested objects. */
export function put(object: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  let at = object;
  for (const step of steps.slice(0, -1)) {
    if (typeof at[step] !== 'object' || at[step] === null) at[step] = {};
    at = at[step] as Record<string, unknown>;
  }
  at[steps.at(-1) as string] = value;
}

/**
 * Distinct choices at random, each path independently; the first ones stay the same when more are asked for. Fewer
 * where the space has no more.
 *
 * @param apart not drawn again
 * @example
 * drawChoices({ n3: { log: [0.001, 0.1] } }, 20, 1)[0]; // { n3: 0.0134 }
 */
export function drawChoices(space: SearchSpace, count: number, seed: number, apart?: Choice): Choice[] {
  const taken = JSON.stringify(apart);
  const found = new Map<string, Choice>();
  // A space of few values repeats itself: most of a finite one is found long before that many draws.
  for (let i = 0; found.size < count && i < 50 * count; i++) {
    const random = seededRandom(seed, 401, i);
    const choice = Object.fromEntries(
      Object.entries(space).map(([path, values]) => [path, valueAt(values, random())]),
    );
    const text = JSON.stringify(choice);
    if (text !== taken && !found.has(text)) found.set(text, choice);
  }
  return [...found.values()];
}

/** Three digits: what is printed is what was trained. */
const rounded = (x: number) => Number(x.toPrecision(3));

function valueAt(values: SearchSpace[string], x: number): unknown {
  if (Array.isArray(values)) return values[Math.floor(x * values.length)];
  if ('log' in values) {
    const [from, to] = values.log.map(Math.log);
    return rounded(Math.exp(from + x * (to - from)));
  }
  const [from, to] = 'int' in values ? values.int : values.uniform;
  return 'int' in values ? from + Math.floor(x * (to - from + 1)) : rounded(from + x * (to - from));
}
