import type { Config, TeacherSettings } from './config.js';
import type { OnEvent } from './events.js';
import type { ReadReport } from './graph/dataset.js';
import type { Graphs } from './graph/graphs.js';
import { heldOut as splitsOf } from './train/heldOut.js';
import type { PretrainInput } from './train/pretrain.js';

export interface TeacherReading {
  readonly config: Config;
  /** Stay open. */
  readonly graphs: Graphs;
  /** The configuration's where absent. */
  readonly settings?: TeacherSettings;
  readonly onEvent?: OnEvent;
}

/**
 * Reads what a teacher is trained on: its sources whole.
 *
 * @throws KgmentorError as `readDataset`
 * @example
 * const { input } = await readTeacherInput({ config, graphs });
 * await pretrain({ ...input, folder, id });
 */
export async function readTeacherInput({
  config,
  graphs,
  settings = config.teacher,
  onEvent,
}: TeacherReading): Promise<{ input: Omit<PretrainInput, 'folder' | 'id'>; report: ReadReport }> {
  const { readDataset } = await import('./graph/dataset.js');
  const { heldOut } = config;
  const { dataset, report, withheld } = await readDataset(graphs.of, config, {
    sources: settings.sources,
    onEvent,
  });
  return { input: { dataset, withheld, splits: splitsOf(dataset, heldOut), heldOut, settings }, report };
}
