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
import { compileBinding, packageFolder, packageVersion } from './binding.js';
import { cacheFolder } from './cache.js';
import type { Log } from './lock.js';
import { isWhole, stage } from './stage.js';
import { canRun, compiler, missing, type Prerequisite, runTool } from './tools.js';
import { fetchLibrary, wheelHere } from './wheel.js';

const PURPOSE = 'The native TensorFlow';

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

/** Loads it in a process of its own, as the library does: a library that does not fit can end the process. */
async function tryToLoad(binding: string): Promise<void> {
  const backend = new URL('../model/backend.js', import.meta.url).href;
  const script = `process.env.KGMENTOR_BACKEND = 'native'; const { device } = await import(${JSON.stringify(backend)}); device();`;
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

/** Names of the two folders in the cache: each holds the versions it was made from. */
function names(): { library: string; binding: string } {
  const wheel = wheelHere();
  const library = `${wheel.project}-${wheel.version}-${process.platform}-${process.arch}`;
  return { library, binding: `tfjs-node-gpu-${packageVersion()}-${library}` };
}
