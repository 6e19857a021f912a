import { KgmentorError } from '../errors.js';
import { forkTensorFlow } from './fork.js';
import { type FailedMessage, failureTold } from './messages.js';

/** A path to ask about: vectors of its first entity [dim] and of its relations [hops][width]. */
export interface AskedPath {
  readonly entity: readonly number[];
  readonly relations: readonly (readonly number[])[];
}

/** What the process that loads the network answers with. */
export type QueryMessage = { readonly type: 'query'; readonly vector: readonly number[] } | FailedMessage;

/**
 * The query of (entity, r₁, r₂, …, ?) by the trained network of a run folder, the entities between hidden, in a process
 * of its own.
 *
 * @returns [dim]
 * @throws KgmentorError BAD_DATA where the folder's model is damaged or of other widths
 * @example
 * await queryVector('runs/movies-1', { entity: vectors.entity, relations: [vectors.actedIn] });
 */
export function queryVector(folder: string, asked: AskedPath): Promise<readonly number[]> {
  const { child, said } = forkTensorFlow(new URL('./queryChild.js', import.meta.url), [folder], 1);
  return new Promise((resolve, reject) => {
    let answer: QueryMessage | undefined;
    child.on('message', (message: QueryMessage) => {
      answer = message;
    });
    child.on('error', (cause) =>
      reject(new KgmentorError('UNEXPECTED', 'The process that asks the network did not start.', { cause })),
    );
    child.on('close', (code, signal) => {
      if (answer?.type === 'query') resolve(answer.vector);
      else if (answer) reject(failureTold(answer));
      else
        reject(
          new KgmentorError(
            'UNEXPECTED',
            `The process that asks the network ended without an answer (${signal ? `signal ${signal}` : `exit code ${code}`}).`,
            { cause: said() },
          ),
        );
    });
    child.send(asked, () => {}); // where it ended already, that tells enough
  });
}
