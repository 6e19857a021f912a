import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import { ping } from '../graph/ping.js';
import type { MetricsServer } from '../operate/serveMetrics.js';
import { version } from '../version.js';
import { type Context, type Flags, text } from './command.js';

type MetricsSettings = Partial<Config['metrics']>;

/** Options of the commands that serve metrics. */
export const metricsOptions = {
  'metrics-port': { type: 'string' },
  'metrics-host': { type: 'string' },
} as const;

export const metricsHelp = {
  '--metrics-port N': 'serve /metrics for Prometheus and /healthz there; metrics.port where absent',
  '--metrics-host H': 'address that they are served on; metrics.host or 127.0.0.1 where absent',
} as const;

/**
 * Serves metrics and health until the command ends, where a flag or the configuration names a port.
 *
 * @param options.loopSeconds of a command that runs for ever: health asks for a `beat` within so many seconds. One that
 *   ends by itself goes on where the configuration's port is taken, most likely by the other kind.
 * @param options.metrics settings of a command that needs no configuration; the configuration's where absent
 */
export async function startMetrics(
  context: Context,
  {
    loopSeconds,
    metrics = context.config().metrics,
  }: { loopSeconds?: number; metrics?: MetricsSettings } = {},
): Promise<MetricsServer | undefined> {
  const { flags, out, graphs, closing } = context;
  const flag = portOf(flags);
  const port = flag ?? metrics.port;
  const host = text(flags, 'metrics-host') ?? metrics.host;
  if (port === undefined) {
    if (flags['metrics-host'] === undefined) return undefined;
    throw new KgmentorError('USAGE', '--metrics-host says where metrics are served, and no port is named.', {
      next: 'Add --metrics-port.',
    });
  }
  const { serveMetrics } = await import('../operate/serveMetrics.js');
  let connections: ReturnType<typeof graphs> | undefined;
  const reach = async () => {
    connections ??= graphs();
    const { all } = await connections.catch((error) => {
      connections = undefined;
      throw error;
    });
    await Promise.all(all.map(ping));
  };
  try {
    const server = await serveMetrics({ port, host, loopSeconds, reach, version: version() });
    closing(server.close);
    out.subscribe(server.onEvent);
    out.say(`metrics: ${server.url}/metrics, health: ${server.url}/healthz`);
    return server;
  } catch (error) {
    if (flag !== undefined || loopSeconds !== undefined || !(error instanceof KgmentorError)) throw error;
    out.onEvent({ type: 'warning', message: error.message });
    return undefined;
  }
}

function portOf(flags: Flags): number | undefined {
  const given = text(flags, 'metrics-port');
  if (given === undefined) return undefined;
  const port = Number(given);
  if (/^\d+$/.test(given) && port < 65536) return port;
  throw new KgmentorError('USAGE', `--metrics-port ${given} is no port: 0 to 65535 expected.`, {
    next: '0 takes any that is free and prints it.',
  });
}
