import { KgmentorError } from '../errors.js';
import { type ImportReport, readTeacher } from '../train/importTeacher/importTeacher.js';
import type { Unknown } from '../train/importTeacher/matchNames.js';
import { ENGINES, SCORINGS } from '../train/importTeacher/scoring.js';
import { writeTeacher } from '../train/importTeacher/writeTeacher.js';
import { newRun } from '../train/runs.js';
import { type Command, oneOfFlag, text } from './command.js';
import { count, type Output } from './output.js';
import { narrateReport } from './training.js';

export const importTeacherCommand: Command = {
  usage: '--scoring NAME --entities FILE [--relations FILE] [--from ENGINE] [options]',
  summary:
    'Brings in a teacher that was trained elsewhere: entity and relation tables with the name of their scoring function.',
  options: {
    scoring: { type: 'string' },
    from: { type: 'string' },
    entities: { type: 'string' },
    relations: { type: 'string' },
    'entity-names': { type: 'string' },
    'relation-names': { type: 'string' },
    'entity-tensor': { type: 'string' },
    'relation-tensor': { type: 'string' },
    source: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  help: {
    '--scoring NAME': SCORINGS.join(', '),
    '--from ENGINE': `whose way with tables they follow: ${ENGINES.join(', ')}`,
    '--entities FILE': '.safetensors, .npy, or lines of name and numbers (TSV, .gz)',
    '--relations FILE': 'the same file where absent, which then is .safetensors',
    '--entity-names FILE': 'names of the rows: lines of number and name, one name a line, or a JSON list',
    '--relation-names FILE': 'the same for relations',
    '--entity-tensor NAME': 'which tensor of a .safetensors file',
    '--relation-tensor NAME': 'the same for relations',
    '--source NAME': 'the source that names without a source are of',
    '--dry-run': 'read and check only',
  },
  async run({ flags, out, config: read, graphs }) {
    const scoring = oneOfFlag(flags, 'scoring', SCORINGS);
    const engine = oneOfFlag(flags, 'from', ENGINES);
    const entities = text(flags, 'entities');
    if (!scoring || !entities)
      throw new KgmentorError('USAGE', `--${scoring ? 'entities FILE' : 'scoring NAME'} is missing.`, {
        next: `\`kgmentor import-teacher ${importTeacherCommand.usage}\`; --help says more.`,
      });
    const config = read();
    const { readDataset } = await import('../graph/dataset.js');
    const connections = await graphs();
    const { dataset, report } = await readDataset(connections.of, config, { onEvent: out.onEvent });
    narrateReport(report, out);
    await connections.close();
    const teacher = await readTeacher({
      dataset,
      scoring,
      engine,
      entities,
      relations: text(flags, 'relations'),
      entityNames: text(flags, 'entity-names'),
      relationNames: text(flags, 'relation-names'),
      entityTensor: text(flags, 'entity-tensor'),
      relationTensor: text(flags, 'relation-tensor'),
      source: text(flags, 'source'),
    });
    tellUnknown('entities', teacher.report.unknownEntities, 'left out', out);
    tellUnknown('relations', teacher.report.unknownRelations, 'of no use here', out);
    if (teacher.report.unknownRelations.count === teacher.report.relations)
      out.onEvent({
        type: 'warning',
        message:
          'no relation of the teacher has a name of the sources here: only its entity vectors can teach',
      });
    if (flags['dry-run']) {
      out.data(teacher.report, () => lines(teacher.report));
      return;
    }
    const { id, folder } = newRun(config.runs, 'imported');
    writeTeacher(folder, id, teacher);
    out.data({ id, folder, ...teacher.report }, () => [`teacher: ${folder}`, ...lines(teacher.report)]);
  },
};

function tellUnknown(what: string, { count: n, examples }: Unknown, so: string, out: Output): void {
  if (n > 0)
    out.say(`${count(n)} ${what} of the teacher are unknown here and ${so}, such as ${examples.join(', ')}`);
}

const lines = (report: ImportReport): string[] => [
  `${report.scoring}, ${count(report.dim)} numbers an entity: ${count(report.rows)} entities, ${count(report.relations)} relations with ${report.reciprocals} reciprocals`,
  ...report.sources.map(
    ({ source, entities, known }) =>
      `${source}: ${count(known)} of ${count(entities)} entities have a vector`,
  ),
];
