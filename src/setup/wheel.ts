import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import type { Log } from './lock.js';
import { runTool } from './tools.js';
import type { Build, Wheel } from './wheels.js';

const WHEEL_PYTHON = '3.11';

/** Takes the C library, the headers of its interface and CUDA's libraries out of wheels: arguments folder, wheels. */
const UNPACK = `
import os, re, shutil, sys, zipfile
folder, *wheels = sys.argv[1:]
want = re.compile(r'nvidia/[^/]+/lib/[^/]+\\.so(\\.[^/]+)?$|tensorflow/(libtensorflow_(cc|framework)\\.so\\.2$|include/(tensorflow/c/|tensorflow/core/platform/ctstring|((tensorflow|xla)/)?tsl/(c/|platform/ctstring)).*\\.h$)')
for wheel in wheels:
    with zipfile.ZipFile(wheel) as z:
        for name in filter(want.match, z.namelist()):
            inner = name[len('tensorflow/'):] if name.startswith('tensorflow/') else name
            # TensorFlow finds CUDA's libraries in ../nvidia, beside lib.
            to = os.path.join(folder, inner if inner.startswith(('include/', 'nvidia/')) else 'lib/' + inner)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with z.open(name) as source, open(to, 'wb') as target:
                shutil.copyfileobj(source, target, 1 << 20)
    os.remove(wheel)
`;

/**
 * Fetches a build's wheels by their hashes and unpacks the library and its headers into `lib` and `include` of an empty
 * folder, CUDA's libraries into `nvidia`.
 *
 * @throws KgmentorError UNREACHABLE where pip cannot fetch them
 */
export async function fetchLibrary(
  { wheels, platforms, megabytes }: Build,
  empty: string,
  log: Log,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const [{ project, version }] = wheels;
  const pinned = `${project}==${version}`;
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  if (!header?.glibcVersionRuntime) {
    throw new KgmentorError(
      'USAGE',
      'The native TensorFlow needs a Linux with glibc; this one has another C library.',
      {
        next: 'Run kgmentor on Debian, Ubuntu, Fedora or another glibc system (of container images, one of "slim", not "alpine").',
      },
    );
  }
  const others = wheels.length - 1;
  const more = others > 0 ? ` and the CUDA libraries that it loads (${others})` : '';
  log(`Fetching ${pinned}${more} with pip (${megabytes.toLocaleString('en-US')} MB, once) …`);
  const wanted = path.join(empty, 'wheels.txt');
  const line = (wheel: Wheel) => `${wheel.project}==${wheel.version} --hash=sha256:${wheel.sha256}\n`;
  writeFileSync(wanted, wheels.map(line).join(''));
  const where = ['--python-version', WHEEL_PYTHON, '--implementation', 'cp', '--only-binary=:all:'];
  for (const platform of platforms) where.push('--platform', platform);
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
    throw new KgmentorError('UNREACHABLE', `${pinned} could not be fetched. ${onceTold(cause.message)}`, {
      next: `See whether \`python3 -m pip download --no-deps ${pinned}\` works, then run the same command again.`,
      cause,
    });
  });
  log('Unpacking it …');
  const files = readdirSync(empty).filter((name) => name.endsWith('.whl'));
  await runTool('python3', ['-c', UNPACK, empty, ...files.map((name) => path.join(empty, name))], env);
  rmSync(wanted);
  linkCusolver(empty);
  // The names the linker looks for.
  symlinkSync('libtensorflow_cc.so.2', path.join(empty, 'lib', 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', path.join(empty, 'lib', 'libtensorflow_framework.so'));
}

/** What pip says at each try is told once. */
const onceTold = (said: string): string =>
  said.replace(/WARNING: Retrying[^\n]*\n(?=WARNING: Retrying)/g, '');

/**
 * TensorFlow opens libcusolver from `libtensorflow_framework`, whose own search path leaves out the folder that it lies
 * in, and without it uses no GPU: it gets a link in a folder that is searched.
 */
function linkCusolver(folder: string): void {
  const [from, to] = ['cusolver', 'cusparse'].map((name) => path.join(folder, 'nvidia', name, 'lib'));
  if (!existsSync(from) || !existsSync(to)) return;
  for (const name of readdirSync(from).filter((name) => name.startsWith('libcusolver.so')))
    symlinkSync(path.join('..', '..', 'cusolver', 'lib', name), path.join(to, name));
}
