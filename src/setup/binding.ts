import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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

const native = fileURLToPath(new URL('../../../src/model/native/', import.meta.url));

/** Changes with the sources of the kernels. */
export function kernelsDigest(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(native).sort()) hash.update(readFileSync(path.join(native, name)));
  return hash.digest('hex').slice(0, 8);
}

/**
 * Compiles the package's binding against a staged library, and beside it the kernels of `src/model/native`, with one call
 * of the compiler each: they include only Node-API and TensorFlow's C headers. The results find the library by its place
 * beside them in the cache.
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
  const folder = path.join(empty, 'napi-v8');
  mkdirSync(folder);
  const nodeApi = (require('node-api-headers') as { include_dir: string }).include_dir;
  const flags = [
    '-std=c++17',
    '-fPIC',
    '-shared',
    '-DNAPI_VERSION=8',
    `-I${nodeApi}`,
    `-I${library}/include`,
  ];
  const libraries = [`-L${library}/lib`, '-ltensorflow', '-ltensorflow_framework'];
  const rpath = `-Wl,-rpath,$ORIGIN/../../${path.basename(library)}/lib`;
  const compile = (what: string, options: string[], sources: string[], target: string) =>
    runTool(
      cxx,
      [...flags, ...options, ...sources, '-o', path.join(folder, target), ...libraries, rpath],
      env,
    ).catch((cause: Error) => {
      throw new KgmentorError('UNEXPECTED', `${what} of TensorFlow does not compile. ${cause.message}`, {
        next: 'Set CXX to another C++17 compiler (for example `CXX=g++`) and run the same command again.',
        cause,
      });
    });
  const own = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) =>
    path.join(packageFolder(), 'binding', name),
  );
  await compile('The binding', ['-O2'], own, 'tfjs_binding.node');
  const fast = ['-O3', '-fopenmp-simd', '-fno-math-errno', '-fno-trapping-math'];
  await compile('A kernel', fast, [path.join(native, 'kernels.cc')], 'kgmentor_kernels.node');
}
