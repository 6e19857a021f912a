import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { studentSchema, teacherSchema } from '../../src/config.js';
import { KgmentorError } from '../../src/errors.js';
import { choiceOf, drawChoices, type SearchSpace, spaceOf, withChoice } from '../../src/train/searchSpace.js';

const student = studentSchema.parse({});
const fault = (space: SearchSpace) => {
  try {
    spaceOf(space, 'student', student);
  } catch (error) {
    assert.ok(error instanceof KgmentorError);
    assert.equal(error.code, 'USAGE');
    return `${error.message} ${error.next ?? ''}`;
  }
  throw new assert.AssertionError({ message: 'no fault was found' });
};

describe('a declared space', () => {
  it('is parted by whose settings it names', () => {
    const space: SearchSpace = {
      'teacher.n3': { log: [0.01, 0.1] },
      'student.n3': { log: [0.001, 0.1] },
      'student.distillation.feature': [0, 1],
    };
    assert.deepEqual(spaceOf(space, 'student', student), {
      'distillation.feature': [0, 1],
      n3: { log: [0.001, 0.1] },
    });
    assert.deepEqual(Object.keys(spaceOf(space, 'teacher', teacherSchema.parse({}))), ['n3']);
  });

  it('with an unknown path is refused with the nearest one', () => {
    assert.match(fault({ 'student.n4': [1] }), /"student\.n4".*"student\.n3"/);
    assert.match(fault({ 'student.distilation.probes': [1] }), /"student\.distillation\.probes"/);
    assert.match(fault({ 'evaluation.directions': ['tails'] }), /begin with "teacher\." or "student\."/);
  });

  it('with values that a setting cannot have is refused before anything is trained', () => {
    assert.match(fault({ 'student.dim': [16, 15] }), /student\.dim/);
    assert.match(fault({ 'student.learningRate': { uniform: [-1, 1] } }), /student\.learningRate/);
    assert.match(fault({ 'student.distillation.feature': ['much'] }), /student\.distillation\.feature/);
  });

  it('holds neither the seed nor what is learnt', () => {
    assert.match(fault({ 'student.seed': [1, 2] }), /student\.seed is no setting/);
  });

  it('without a setting of the role says what to declare', () => {
    assert.match(fault({ 'teacher.n3': [0.1] }), /no setting of the student.*"space"/);
  });
});

describe('choices', () => {
  const space: SearchSpace = {
    batch: { int: [3, 5] },
    'distillation.feature': [0, 1],
    learningRate: { uniform: [0.1, 0.4] },
    n3: { log: [0.0001, 1] },
  };

  it('lie in the space, each decade of a logarithmic one alike', () => {
    const drawn = drawChoices(space, 400, 1) as Record<string, number>[];
    assert.equal(drawn.length, 400);
    const share = (keep: (choice: Record<string, number>) => boolean) => drawn.filter(keep).length / 400;
    for (const choice of drawn) {
      assert.ok([3, 4, 5].includes(choice.batch) && [0, 1].includes(choice['distillation.feature']));
      assert.ok(choice.learningRate >= 0.1 && choice.learningRate <= 0.4);
      assert.ok(choice.n3 >= 0.0001 && choice.n3 <= 1);
    }
    for (const batch of [3, 4, 5]) assert.ok(Math.abs(share((c) => c.batch === batch) - 1 / 3) < 0.08);
    for (const top of [0.001, 0.01, 0.1, 1])
      assert.ok(Math.abs(share(({ n3 }) => n3 <= top && n3 > top / 10) - 1 / 4) < 0.08, `${top}`);
  });

  it('are those of the seed, and the first ones stay when more are drawn', () => {
    assert.deepEqual(drawChoices(space, 5, 1), drawChoices(space, 20, 1).slice(0, 5));
    assert.notDeepEqual(drawChoices(space, 5, 1), drawChoices(space, 5, 2));
  });

  it('are distinct, and end with the space', () => {
    const few = drawChoices({ a: [1, 2, 3], b: [true, false] }, 20, 1, { a: 1, b: true });
    assert.equal(new Set(few.map((choice) => JSON.stringify(choice))).size, 5);
    assert.equal(few.length, 5);
    assert.ok(!few.some(({ a, b }) => a === 1 && b === true));
  });

  it('are put into settings and read out of them', () => {
    const choice = { 'distillation.feature': 0.25, n3: 0.5 };
    const settings = withChoice('student', student, choice);
    assert.deepEqual(settings, {
      ...student,
      n3: 0.5,
      distillation: { ...student.distillation, feature: 0.25 },
    });
    assert.deepEqual(choiceOf(settings, Object.keys(choice)), choice);
    assert.equal(student.n3, studentSchema.parse({}).n3, 'the settings given are as they were');
  });

  it('of another encoder bring what that encoder usually has', () => {
    const { learningRate, geometry, optimiser, n3 } = withChoice('student', student, { encoder: 'gru' });
    const usual = studentSchema.parse({ encoder: 'gru' });
    assert.deepEqual(
      [learningRate, geometry, optimiser, n3],
      [usual.learningRate, usual.geometry, usual.optimiser, usual.n3],
    );
    assert.notEqual(learningRate, student.learningRate);
    assert.equal(withChoice('student', student, { encoder: 'transe', n3: 0.5 }).n3, 0.5);
  });
});
