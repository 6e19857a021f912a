import type { Graph } from '../../graph/connect.js';
import { type PublishInput, type PublishOptions, publish } from '../../graph/publish.js';
import { publishedSince } from '../../graph/publishedRuns.js';

/** A publisher that was killed holds its lease for a minute. */
const LEASE_WAIT_SECONDS = 300;

/**
 * Publishes a job's model unless any try at the job has done so: that it is published is noted in the transaction that
 * switches the readers, under the lease of the target.
 *
 * @returns when it was published, now or before; ISO 8601
 * @throws KgmentorError as `publish`
 */
export async function publishOnce(
  graph: Graph,
  input: PublishInput,
  options: Pick<PublishOptions, 'graceSeconds' | 'seconds' | 'signal' | 'onEvent'>,
): Promise<string | undefined> {
  try {
    await publish(graph, input, { waitSeconds: LEASE_WAIT_SECONDS, ...options, once: true });
  } catch (error) {
    // Another try was first, or the answer to this one's switch was lost.
    if ((await publishedSince(graph, input.model.id)) === undefined) throw error;
  }
  return publishedSince(graph, input.model.id);
}
