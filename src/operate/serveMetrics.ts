import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KgmentorError } from '../errors.js';
import type { OnEvent } from '../events.js';
import { type Health, type HealthOptions, watchHealth } from './health.js';
import { createMetrics, type Metrics } from './metrics.js';

export interface ServeMetricsOptions extends HealthOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** `127.0.0.1` where absent: this machine alone. */
  readonly host?: string;
  /** Of the program, for `kgmentor_build_info`. */
  readonly version: string;
}

/** Metrics and health over HTTP. */
export interface MetricsServer extends Pick<Metrics, 'onOperateEvent' | 'onWorkerEvent' | 'queued'> {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** To be subscribed to the library's events. */
  readonly onEvent: OnEvent;
  /** To be called each time that the loop turns. */
  beat(): void;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/**
 * Serves `/metrics` for Prometheus and `/healthz`: 200 while the loop turns and Neo4j has answered lately, else 503 with
 * the reason. Nothing asks who reads: what is bound to more than this machine is open to its network.
 *
 * @throws KgmentorError USAGE when the port cannot be had
 * @example
 * const metrics = await serveMetrics({ port: 9464, reach: () => ping(graph), loopSeconds: 60, version: '1.0.0' });
 * await retrain(input, { onEvent: metrics.onEvent });
 * await metrics.close();
 */
export async function serveMetrics(options: ServeMetricsOptions): Promise<MetricsServer> {
  const { port, host = '127.0.0.1', version, ...health } = options;
  const metrics = createMetrics({ version });
  const watched = watchHealth(health);
  const server = createServer((request, response) => {
    answer(request, response, metrics, watched).catch(() => response.destroy());
  });
  await listen(server, port, host);
  const { onEvent, onOperateEvent, onWorkerEvent, queued } = metrics;
  const { port: bound, address, family } = server.address() as AddressInfo;
  return {
    host,
    port: bound,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    ...{ onEvent, onOperateEvent, onWorkerEvent, queued },
    beat: watched.beat,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      metrics.close();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new KgmentorError('USAGE', `Metrics cannot be served on ${host}, port ${port}: ${cause.message}.`, {
          next: 'Name another port with --metrics-port, or another host with --metrics-host.',
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
  health: Health,
): Promise<void> {
  const send = (status: number, type: string, body: string, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers }).end(body);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return void send(405, 'text/plain', 'GET and HEAD only\n', { allow: 'GET, HEAD' });
  const [path] = (request.url ?? '').split('?');
  if (path === '/metrics') {
    metrics.reached((await health.report()).neo4j.reachable);
    const { type, body } = await metrics.text();
    send(200, type, body);
  } else if (path === '/healthz') {
    const report = await health.report();
    send(report.status === 'ok' ? 200 : 503, 'application/json', `${JSON.stringify(report)}\n`);
  } else send(404, 'text/plain', '/metrics and /healthz\n');
}
