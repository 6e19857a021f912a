import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

/** How kernels are compiled: their loops become vectors; where they run they stay, as their threads do. */
const KERNEL_FLAGS = ['-O3', '-fopenmp-simd', '-fno-math-errno', '-fno-trapping-math', '-Wl,-z,nodelete'];

/** Changes with what the kernels are made from. */
export function kernelsDigest(): string {
  const hash = createHash('sha256').update(KERNEL_FLAGS.join(' '));
  const sources = readdirSync(native).filter((name) => /\.(cc|h)$/.test(name));
  for (const name of sources.sort()) hash.update(readFileSync(path.join(native, name)));
  return hash.digest('hex').slice(0, 8);
}

/** The kernels in a binding's folder. */
export const kernelsIn = (binding: string): string => path.join(binding, 'napi-v8', 'kgmentor_kernels.node');

/**
 * Compiles the package's binding against a staged library, with one call of the compiler: its two files include only
 * Node-API and TensorFlow's C headers. The result finds the library by its place beside it in the cache. The kernels of
 * `src/model/native` go beside it; where they do not compile one line says so, as TensorFlow's own operations do the same.
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
  const target = path.join(empty, 'napi-v8', 'tfjs_binding.node');
  mkdirSync(path.dirname(target));
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
  const compile = (sources: string[], to: string, more: readonly string[]) =>
    runTool(cxx, [...flags, ...more, ...sources, '-o', to, ...libraries, rpath], env);
  const own = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) =>
    path.join(packageFolder(), 'binding', name),
  );
  await compile(own, target, ['-O2']).catch((cause: Error) => {
    throw new KgmentorError('UNEXPECTED', `The binding of TensorFlow does not compile. ${cause.message}`, {
      next: 'Set CXX to another C++17 compiler (for example `CXX=g++`) and run the same command again.',
      cause,
    });
  });
  await compile([path.join(native, 'kernels.cc')], kernelsIn(empty), KERNEL_FLAGS).catch((cause: Error) => {
    rmSync(kernelsIn(empty), { force: true });
    log(
      `kgmentor's kernels do not compile, and trainings are slower without them. \`kgmentor setup\` tries again, with another C++ compiler where CXX names one (for example \`CXX=g++\`). ${cause.message}`,
    );
  });
}
