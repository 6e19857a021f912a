import { ensureTensorFlow } from '../setup/tensorflow.js';
import type { Command } from './command.js';

export const setup: Command = {
  usage: '[--neo4j]',
  summary:
    'Fetches and builds the native TensorFlow, its CUDA build where an NVIDIA GPU is seen; with --neo4j the files of a local server as well.',
  options: { neo4j: { type: 'boolean' } },
  help: { '--neo4j': 'a Neo4j Community server too, for tries without one' },
  async run({ flags, out }) {
    await ensureTensorFlow(out.say, { again: true });
    if (flags.neo4j) {
      const { ensureNeo4jRuntime } = await import('../setup/neo4j.js');
      await ensureNeo4jRuntime(out.say);
    }
    out.data({ ready: true }, () => ['all is set up']);
  },
};
