import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { cacheFolder } from './cache.js';
import type { Log } from './lock.js';
import { isWhole, stage } from './stage.js';
import { canRun, compiler, missing, type Prerequisite, runTool } from './tools.js';

const require = createRequire(import.meta.url);
const PURPOSE = 'The native TensorFlow';

interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly sha256: string;
  readonly platforms: readonly string[];
  readonly megabytes: number;
}

/** The Python wheels that hold TensorFlow's C library, by platform. The Python version only picks the file. */
const WHEELS: Record<string, Wheel> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    version: '2.21.0',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    platforms: ['manylinux_2_27_x86_64'],
    megabytes: 274,
  },
  'linux-arm64': {
    project: 'tensorflow',
    version: '2.21.0',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    platforms: ['manylinux_2_27_aarch64'],
    megabytes: 282,
  },
};
const WHEEL_PYTHON = '3.11';

/** Takes the C library and the headers of its interface out of a wheel: arguments wheel, folder. */
const UNPACK = `
import os, re, shutil, sys, zipfile
wheel, folder = sys.argv[1:]
want = re.compile(r'tensorflow/(libtensorflow_(cc|framework)\\.so\\.2$|include/(tensorflow/c/|tensorflow/core/platform/ctstring|((tensorflow|xla)/)?tsl/(c/|platform/ctstring)).*\\.h$)')
with zipfile.ZipFile(wheel) as z:
    for name in filter(want.match, z.namelist()):
        inner = name[len('tensorflow/'):]
        to = os.path.join(folder, inner if inner.startswith('include/') else 'lib/' + inner)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with z.open(name) as source, open(to, 'wb') as target:
            shutil.copyfileobj(source, target, 1 << 20)
`;

/**
 * Makes `@tensorflow/tfjs-node-gpu` loadable: fetches TensorFlow's C library and compiles the package's own binding
 * against it, both once for all checkouts, in the cache folder. Returns within milliseconds where that is done.
 *
 * @throws KgmentorError USAGE where the platform or a program that is needed is missing, UNREACHABLE where the library
 * cannot be fetched, UNEXPECTED where what was built does not load
 */
export async function ensureTensorFlow(log: Log): Promise<void> {
  const folder = packageFolder();
  const stamp = path.join(folder, '.kgmentor-ready');
  const link = path.join(folder, 'lib');
  if (isReady(stamp, link)) return;
  const { binding } = await stageTensorFlow({ cache: cacheFolder(), log });
  try {
    pointTo(link, binding);
    await tryToLoad(binding);
    writeFileSync(stamp, names().binding);
  } catch (cause) {
    if (cause instanceof KgmentorError) throw cause;
    throw new KgmentorError('UNEXPECTED', `${folder} cannot be written: ${(cause as Error).message}`, {
      next: 'Run the same command as the user who owns that folder.',
      cause,
    });
  }
  log('TensorFlow is ready.');
}

/**
 * The library and the binding in the cache folder, made where they are missing or damaged; nothing outside that folder
 * is touched.
 *
 * @returns the folders of the two
 */
export async function stageTensorFlow(options: {
  cache: string;
  log: Log;
  env?: NodeJS.ProcessEnv;
}): Promise<{ library: string; binding: string }> {
  const { cache, log, env = process.env } = options;
  const wheel = wheelHere();
  const library = path.join(cache, names().library);
  const binding = path.join(cache, names().binding);
  const lacks: Prerequisite[] = [];
  const cxx = isWhole(binding) ? '' : await compiler(env);
  if (cxx === undefined) lacks.push('a C++ compiler');
  if (!isWhole(library)) {
    if (!(await canRun('python3', ['--version'], env))) lacks.unshift('Python 3', 'pip');
    else if (!(await canRun('python3', ['-m', 'pip', '--version'], env))) lacks.unshift('pip');
  }
  if (lacks.length > 0) throw missing(lacks, PURPOSE);
  const lock = { log, what: 'the set-up of TensorFlow' };
  await stage(library, (empty) => fetchLibrary(wheel, empty, log, env), lock);
  await stage(binding, (empty) => compileBinding(library, empty, cxx || 'c++', log, env), lock);
  return { library, binding };
}

async function fetchLibrary(wheel: Wheel, empty: string, log: Log, env: NodeJS.ProcessEnv): Promise<void> {
  const pinned = `${wheel.project}==${wheel.version}`;
  log(`Fetching ${pinned} with pip (${wheel.megabytes} MB, once) …`);
  const wanted = path.join(empty, 'wheel.txt');
  writeFileSync(wanted, `${pinned} --hash=sha256:${wheel.sha256}\n`);
  const where = ['--python-version', WHEEL_PYTHON, '--implementation', 'cp', '--only-binary=:all:'];
  for (const platform of wheel.platforms) where.push('--platform', platform);
  const pip = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--no-cache-dir',
    '--require-hashes',
    ...where,
  ];
  await runTool('python3', [...pip, '-d', empty, '-r', wanted], env).catch((cause: Error) => {
    throw new KgmentorError('UNREACHABLE', `${pinned} could not be fetched. ${cause.message}`, {
      next: `See whether \`python3 -m pip download --no-deps ${pinned}\` works, then run the same command again.`,
      cause,
    });
  });
  log('Unpacking it …');
  const file = path.join(
    empty,
    `${wheel.project.replace('-', '_')}-${wheel.version}-cp311-cp311-${wheel.platforms[0]}.whl`,
  );
  await runTool('python3', ['-c', UNPACK, file, empty], env);
  rmSync(file);
  rmSync(wanted);
  // The names the linker looks for.
  symlinkSync('libtensorflow_cc.so.2', path.join(empty, 'lib', 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', path.join(empty, 'lib', 'libtensorflow_framework.so'));
}

async function compileBinding(library: string, empty: string, cxx: string, log: Log, env: NodeJS.ProcessEnv) {
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

/** Loads it in a process of its own, as the library does: a library that does not fit can end the process. */
async function tryToLoad(binding: string): Promise<void> {
  const backend = new URL('../model/backend.js', import.meta.url).href;
  const script = `const { device } = await import(${JSON.stringify(backend)}); device();`;
  await runTool(process.execPath, ['--input-type=module', '-e', script]).catch((cause: Error) => {
    throw new KgmentorError(
      'UNEXPECTED',
      `The native TensorFlow was set up but does not load. ${cause.message}`,
      {
        next: `Remove the folder ${path.dirname(binding)} and run the same command again.`,
        cause,
      },
    );
  });
}

/** The stamp says what was seen to load; the two files show that it is still there. */
function isReady(stamp: string, link: string): boolean {
  try {
    if (readFileSync(stamp, 'utf8') !== names().binding) return false;
    const cache = path.dirname(realpathSync(link));
    const files = [path.join(link, 'napi-v8', 'tfjs_binding.node')];
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
      files.push(path.join(cache, names().library, 'lib', name));
    return files.every((file) => existsSync(file));
  } catch {
    return false;
  }
}

/** The package's `lib` becomes a link into the cache, in one step: another process may be loading it. */
function pointTo(link: string, folder: string): void {
  const fresh = `${link}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(folder, fresh);
  try {
    renameSync(fresh, link);
  } catch {
    rmSync(link, { recursive: true, force: true });
    renameSync(fresh, link);
  }
}

function packageFolder(): string {
  return path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
}

/** Names of the two folders in the cache: each holds the versions it was made from. */
function names(): { library: string; binding: string } {
  const wheel = wheelHere();
  const { version } = require('@tensorflow/tfjs-node-gpu/package.json') as { version: string };
  const library = `${wheel.project}-${wheel.version}-${process.platform}-${process.arch}`;
  return { library, binding: `tfjs-node-gpu-${version}-${library}` };
}

function wheelHere(): Wheel {
  const wheel = WHEELS[`${process.platform}-${process.arch}`];
  const next =
    'Run kgmentor on Linux with glibc, x64 or arm64: on macOS and Windows in a container or in WSL 2.';
  if (!wheel) {
    const here = `${process.platform}-${process.arch}`;
    throw new KgmentorError('USAGE', `There is no native TensorFlow for this platform (${here}).`, { next });
  }
  return wheel;
}
