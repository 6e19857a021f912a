import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import type { Log } from './lock.js';
import { runTool } from './tools.js';

/** A Python wheel that holds TensorFlow's C library. */
export interface Wheel {
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
 * The wheel for this platform.
 *
 * @throws KgmentorError USAGE where there is none
 */
export function wheelHere(): Wheel {
  const wheel = WHEELS[`${process.platform}-${process.arch}`];
  if (!wheel) {
    throw new KgmentorError(
      'USAGE',
      `There is no native TensorFlow for this platform (${process.platform}-${process.arch}).`,
      { next: 'Run kgmentor on Linux, x64 or arm64: on macOS and Windows in a container or in WSL 2.' },
    );
  }
  return wheel;
}

/**
 * Fetches a wheel by its hash and unpacks the library and its headers into `lib` and `include` of an empty folder.
 *
 * @throws KgmentorError UNREACHABLE where pip cannot fetch it
 */
export async function fetchLibrary(
  wheel: Wheel,
  empty: string,
  log: Log,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const pinned = `${wheel.project}==${wheel.version}`;
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
