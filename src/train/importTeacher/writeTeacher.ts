import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeTensors } from '../../model/safetensors.js';
import { writeEntities, writeRecord } from '../folder.js';
import { files } from '../job.js';
import type { ImportedTeacher } from './importTeacher.js';

/**
 * Writes a teacher made elsewhere into a run folder, as a finished one.
 *
 * @param folder made where missing
 */
export function writeTeacher(folder: string, id: string, teacher: ImportedTeacher): void {
  const { report, entities, entity, relation, engine } = teacher;
  const { scoring: encoder, geometry, dim, rows, relations } = report;
  mkdirSync(folder, { recursive: true });
  writeTensors(
    join(folder, files.model),
    { entity, relation },
    {
      encoder,
      geometry,
      dim: String(dim),
      rows: String(rows),
      entities: String(rows),
      relations: String(relations),
      kind: 'teacher',
      epoch: '0', // how many there were is not known
    },
  );
  writeEntities(folder, entities);
  // Last: a folder with a record is a run.
  writeRecord(folder, {
    id,
    kind: 'teacher',
    createdAt: new Date().toISOString(),
    status: 'done',
    sources: entities.sources.map(({ name }) => name),
    settings: {
      encoder,
      geometry,
      dim,
      imported: { ...(engine && { engine }), reciprocals: report.reciprocals },
    },
    dataDigest: teacher.dataDigest,
    counts: {
      rows,
      relations,
      unknownEntities: report.unknownEntities.count,
      unknownRelations: report.unknownRelations.count,
    },
  });
}
