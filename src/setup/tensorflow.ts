import {
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { type Device, NOT_BUILT } from '../events.js';
import {
  compileBinding,
  compileKernels,
  kernelsDigest,
  kernelsIn,
  packageFolder,
  packageVersion,
} from './binding.js';
import { cacheFolder } from './cache.js';
import { isAskedFor, wantsCuda } from './gpus.js';
import { type Log, withLock } from './lock.js';
import { isWhole, stage } from './stage.js';
import { canRun, compiler, missing, type Prerequisite, runTool } from './tools.js';
import { fetchLibrary } from './wheel.js';
import { type Build, buildHere } from './wheels.js';

const PURPOSE = 'The native TensorFlow';

/**
 * Makes `@tensorflow/tfjs-node-gpu` loadable: fetches TensorFlow's C library and compiles the package's own binding
 * against it, both once for all checkouts, in the cache folder. Returns within milliseconds where that is done. Where
 * an NVIDIA device is seen it is the CUDA build; where that cannot be had, the one for CPUs, in one line.
 *
 * @param options.again tries once more for the CUDA build where it could not be had, or found no GPU, and for kernels
 * that did not compile
 * @param options.cuda whether it is wanted
 * @throws KgmentorError USAGE where the platform or a program that is needed is missing, UNREACHABLE where the library
 * cannot be fetched, UNEXPECTED where what was built does not load
 */
export async function ensureTensorFlow(
  log: Log,
  options: { again?: boolean; cuda?: boolean } = {},
): Promise<void> {
  const cpu = buildHere('cpu');
  const cuda = (options.cuda ?? wantsCuda()) ? buildHere('cuda') : undefined;
  if (!cuda && isAskedFor('gpu'))
    throw new KgmentorError('USAGE', 'TensorFlow has no CUDA build for this platform.', {
      next: 'Take KGMENTOR_DEVICE=gpu away.',
    });
  const stamp = path.join(packageFolder(), '.kgmentor-ready');
  if (!cuda) {
    if (!isReady(stamp, cpu, cpu)) await make(cpu, stamp, cpu, log);
    if (options.again) await stageKernels({ cache: cacheFolder(), log });
    return;
  }
  if (!options.again && (isReady(stamp, cuda, cuda) || (isReady(stamp, cuda, cpu) && !isAskedFor('gpu'))))
    return;
  try {
    await make(cuda, stamp, cuda, log);
  } catch (error) {
    if (!(error instanceof KgmentorError) || isAskedFor('gpu')) throw error;
    const reason = error.message.replace(/\s*\n\s*/g, ' ');
    log(`Trainings use the CPU, not the GPU of this machine. ${reason} \`kgmentor setup\` tries again.`);
    await make(cpu, stamp, cuda, log);
  }
}

/** Compiles kernels that are missing beside a staged binding; nothing else of it changes. */
export async function stageKernels({
  cache,
  log,
  env = process.env,
  build = buildHere('cpu'),
}: Staging): Promise<void> {
  const [library, binding] = [build.name, bindingOf(build)].map((name) => path.join(cache, name));
  const lacks = () => isWhole(binding) && !existsSync(kernelsIn(binding));
  if (!lacks()) return;
  const cxx = await compiler(env);
  if (cxx === undefined) throw missing(['a C++ compiler'], "kgmentor's kernels");
  const once = async () => (lacks() ? compileKernels(library, binding, cxx, log, env) : undefined);
  await withLock(`${binding}.lock`, once, { log, what: 'the set-up of TensorFlow' });
}

/** Stages a build, points the package to it and sees it load. */
async function make(build: Build, stamp: string, wanted: Build, log: Log): Promise<void> {
  const { binding } = await stageTensorFlow({ cache: cacheFolder(), log, build });
  try {
    pointTo(path.join(packageFolder(), 'lib'), binding);
    const { gpu, withoutKernels } = await tryToLoad(binding);
    writeFileSync(stamp, stampOf(wanted, build));
    if (withoutKernels !== undefined && withoutKernels !== NOT_BUILT)
      log(`Trainings run without kgmentor's kernels, slower: ${withoutKernels}.`);
    if (build.cuda && !gpu)
      log(
        'The CUDA build of TensorFlow loads and finds no GPU that it can use, so that trainings use the CPU. See whether `nvidia-smi` lists one, with a driver for CUDA 12.',
      );
  } catch (cause) {
    if (cause instanceof KgmentorError) throw cause;
    throw new KgmentorError(
      'UNEXPECTED',
      `${packageFolder()} cannot be written: ${(cause as Error).message}`,
      { next: 'Run the same command as the user who owns that folder.', cause },
    );
  }
  log('TensorFlow is ready.');
}

interface Staging {
  readonly cache: string;
  readonly log: Log;
  readonly env?: NodeJS.ProcessEnv;
  /** That for CPUs where absent. */
  readonly build?: Build;
}

/**
 * The library and the binding in the cache folder, made where they are missing or damaged; nothing outside that folder
 * is touched.
 *
 * @returns the folders of the two
 */
export async function stageTensorFlow({
  cache,
  log,
  env = process.env,
  build = buildHere('cpu'),
}: Staging): Promise<{ library: string; binding: string }> {
  const library = path.join(cache, build.name);
  const binding = path.join(cache, bindingOf(build));
  const lacks: Prerequisite[] = [];
  const cxx = isWhole(binding) ? '' : await compiler(env);
  if (cxx === undefined) lacks.push('a C++ compiler');
  if (!isWhole(library)) {
    if (!(await canRun('python3', ['--version'], env))) lacks.unshift('Python 3', 'pip');
    else if (!(await canRun('python3', ['-m', 'pip', '--version'], env))) lacks.unshift('pip');
  }
  if (lacks.length > 0) throw missing(lacks, PURPOSE);
  const lock = { log, what: 'the set-up of TensorFlow' };
  await stage(library, (empty) => fetchLibrary(build, empty, log, env), lock);
  await stage(binding, (empty) => compileBinding(library, empty, cxx || 'c++', log, env), lock);
  return { library, binding };
}

/** Loads it in a process of its own, as the library does: a library that does not fit can end the process. */
async function tryToLoad(binding: string): Promise<Device> {
  const backend = new URL('../model/backend.js', import.meta.url).href;
  const script = `process.env.KGMENTOR_BACKEND = 'native'; const { device } = await import(${JSON.stringify(backend)}); console.log(JSON.stringify(device()));`;
  const told = await runTool(process.execPath, ['--input-type=module', '-e', script]).catch(
    (cause: Error) => {
      throw new KgmentorError(
        'UNEXPECTED',
        `The native TensorFlow was set up but does not load. ${cause.message}`,
        {
          next: `Remove the folder ${path.dirname(binding)} and run the same command again.`,
          cause,
        },
      );
    },
  );
  return JSON.parse(told.trim().split('\n').at(-1) ?? '');
}

/** What was wanted and what was made of it, where that is another. */
const stampOf = (wanted: Build, made: Build): string =>
  wanted === made ? bindingOf(made) : `${bindingOf(made)} for ${wanted.name}`;

/** The stamp says what was seen to load; the link and the files show that it is still there. */
function isReady(stamp: string, wanted: Build, made: Build): boolean {
  const link = path.join(packageFolder(), 'lib');
  try {
    if (readFileSync(stamp, 'utf8') !== stampOf(wanted, made)) return false;
    const binding = realpathSync(link);
    // A build that did not load may have been pointed to since.
    if (path.basename(binding) !== bindingOf(made)) return false;
    const cache = path.dirname(binding);
    const files = [path.join(link, 'napi-v8', 'tfjs_binding.node')];
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
      files.push(path.join(cache, made.name, 'lib', name));
    if (made.cuda) files.push(path.join(cache, made.name, 'nvidia'));
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

/** Name of a binding's folder in the cache: holds the versions that it and the kernels beside it are made from. */
const bindingOf = (build: Build): string =>
  `tfjs-node-gpu-${packageVersion()}-${kernelsDigest()}-${build.name}`;
