import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
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

/** Kernels of another version are never loaded: their operations may take and give something else. */
export const kernelsName = (): string => `kgmentor_kernels-${kernelsDigest()}.node`;

/** The kernels in a binding's folder. */
export const kernelsIn = (binding: string): string => path.join(binding, 'napi-v8', kernelsName());

/** What sources of C++ are compiled and linked with against a staged library, beside which the result lies. */
const compilation = (library: string): { flags: string[]; libraries: string[] } => {
  const nodeApi = (require('node-api-headers') as { include_dir: string }).include_dir;
  return {
    flags: ['-std=c++17', '-fPIC', '-shared', '-DNAPI_VERSION=8', `-I${nodeApi}`, `-I${library}/include`],
    libraries: [
      `-L${library}/lib`,
      '-ltensorflow',
      '-ltensorflow_framework',
      `-Wl,-rpath,$ORIGIN/../../${path.basename(library)}/lib`,
    ],
  };
};

/**
 * Compiles the package's binding against a staged library, with one call of the compiler: its two files include only
 * Node-API and TensorFlow's C headers. The result finds the library by its place beside it in the cache. The kernels go
 * beside it, where they compile.
 *
 * @throws KgmentorError UNEXPECTED with the compiler's last lines
 */
export async function compileBinding(
  library: string,
  empty: string,
  cxx: string,
  log: Log,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  log('Compiling the binding of TensorFlow (half a minute, once) …');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) =>
    path.join(packageFolder(), 'binding', name),
  );
  const target = path.join(empty, 'napi-v8', 'tfjs_binding.node');
  mkdirSync(path.dirname(target));
  const { flags, libraries } = compilation(library);
  await runTool(cxx, [...flags, '-O2', ...sources, '-o', target, ...libraries], env).catch((cause: Error) => {
    throw new KgmentorError('UNEXPECTED', `The binding of TensorFlow does not compile. ${cause.message}`, {
      next: 'Set CXX to another C++17 compiler (for example `CXX=g++`) and run the same command again.',
      cause,
    });
  });
  await compileKernels(library, empty, cxx, log, env);
}

/**
 * Compiles the kernels of `src/model/native` into a binding's folder. Where they do not compile one line says so, as
 * TensorFlow's own operations do the same.
 */
export async function compileKernels(
  library: string,
  binding: string,
  cxx: string,
  log: Log,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const target = kernelsIn(binding);
  const part = `${target}.${process.pid}`;
  const { flags, libraries } = compilation(library);
  const sources = [path.join(native, 'kernels.cc')];
  try {
    await runTool(cxx, [...flags, ...KERNEL_FLAGS, ...sources, '-o', part, ...libraries], env);
    renameSync(part, target);
  } catch (cause) {
    rmSync(part, { force: true });
    log(
      `kgmentor's kernels do not compile, and trainings are slower without them. \`kgmentor setup\` tries again, with another C++ compiler where CXX names one (for example \`CXX=g++\`). ${(cause as Error).message}`,
    );
  }
}
