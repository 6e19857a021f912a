import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import type { Log } from './lock.js';
import { runTool } from './tools.js';

const require = createRequire(import.meta.url);

/** The folder of the installed `@tensorflow/tfjs-node-gpu`. */
export function packageFolder(): string {
  return path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
}

/** Its version. */
export function packageVersion(): string {
  return (require('@tensorflow/tfjs-node-gpu/package.json') as { version: string }).version;
}

/**
 * Compiles the package's binding against a staged library, with one call of the compiler: its two files include only
 * Node-API and TensorFlow's C headers. The result finds the library by its place beside it in the cache.
 *
 * @throws KgmentorError UNEXPECTED with the compiler's last lines
 */
export async function compileBinding(
  library: string,
  empty: string,
  cxx: string,
  log: Log,
  env: NodeJS.ProcessEnv,
) {
  log('Compiling the binding of TensorFlow (half a minute, once) …');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) =>
    path.join(packageFolder(), 'binding', name),
  );
  const nodeApi = (require('node-api-headers') as { include_dir: string }).include_dir;
  const target = path.join(empty, 'napi-v8', 'tfjs_binding.node');
  mkdirSync(path.dirname(target));
  const flags = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    '-DNAPI_VERSION=8',
    `-I${nodeApi}`,
    `-I${library}/include`,
  ];
  const libraries = [`-L${library}/lib`, '-ltensorflow', '-ltensorflow_framework'];
  const rpath = `-Wl,-rpath,$ORIGIN/../../${path.basename(library)}/lib`;
  await runTool(cxx, [...flags, ...sources, '-o', target, ...libraries, rpath], env).catch((cause: Error) => {
    throw new KgmentorError('UNEXPECTED', `The binding of TensorFlow does not compile. ${cause.message}`, {
      next: 'Set CXX to another C++17 compiler (for example `CXX=g++`) and run the same command again.',
      cause,
    });
  });
}
