import { createHash } from 'node:crypto';
import { KgmentorError } from '../errors.js';

/** A Python wheel, pinned by its hash. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly sha256: string;
}

/** A build of TensorFlow's C library: the wheel that holds it, and those of libraries that it loads. */
export interface Build {
  /** Of its folder in the cache: names all that it is made from. */
  readonly name: string;
  readonly cuda: boolean;
  readonly wheels: readonly [Wheel, ...Wheel[]];
  /** Of the wheels, for pip. */
  readonly platforms: readonly string[];
  /** To be fetched. */
  readonly megabytes: number;
}

const VERSION = '2.21.0';

/** Of the folder of a CUDA build: raise it where other files are made of the same wheels. */
const LAYOUT = 2;

/** By platform. The Python version only picks the file. */
const CPU: Record<string, Omit<Build, 'name' | 'cuda'>> = {
  'linux-x64': {
    wheels: [
      {
        project: 'tensorflow-cpu',
        version: VERSION,
        sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      },
    ],
    platforms: ['manylinux_2_27_x86_64'],
    megabytes: 274,
  },
  'linux-arm64': {
    wheels: [
      {
        project: 'tensorflow',
        version: VERSION,
        sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
      },
    ],
    platforms: ['manylinux_2_27_aarch64'],
    megabytes: 282,
  },
};

const nvidia = (library: string, version: string, sha256: string): Wheel => ({
  project: `nvidia-${library}-cu12`,
  version,
  sha256,
});

/** What pip chooses for `tensorflow[and-cuda]`, but for nvidia-cuda-nvcc-cu12: that compiler is for XLA alone. */
const CUDA: Record<string, Omit<Build, 'name' | 'cuda'>> = {
  'linux-x64': {
    wheels: [
      {
        project: 'tensorflow',
        version: VERSION,
        sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      },
      nvidia('cublas', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
      nvidia('cuda-cupti', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182'),
      nvidia('cuda-nvrtc', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'),
      nvidia('cuda-runtime', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'),
      nvidia('cudnn', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
      nvidia('cufft', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
      nvidia('curand', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
      nvidia('cusolver', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
      nvidia('cusparse', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'),
      nvidia('nccl', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
      nvidia('nvjitlink', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'),
    ],
    platforms: [
      'manylinux_2_27_x86_64',
      'manylinux_2_17_x86_64',
      'manylinux2014_x86_64',
      'manylinux_2_12_x86_64',
      'manylinux2010_x86_64',
    ],
    megabytes: 3338,
  },
};

/**
 * The build for this platform: of CUDA's the one for NVIDIA GPUs, undefined where there is none for them.
 *
 * @throws KgmentorError USAGE where there is no native TensorFlow at all
 */
export function buildHere(kind: 'cpu'): Build;
export function buildHere(kind: 'cuda'): Build | undefined;
export function buildHere(kind: 'cpu' | 'cuda'): Build | undefined {
  const platform = `${process.platform}-${process.arch}`;
  const found = (kind === 'cuda' ? CUDA : CPU)[platform];
  if (found) {
    const [{ project, version }] = found.wheels;
    const pins = createHash('sha256').update([LAYOUT, ...found.wheels.map(({ sha256 }) => sha256)].join());
    const cuda = kind === 'cuda' ? `-cuda12-${pins.digest('hex').slice(0, 8)}` : '';
    return { ...found, cuda: kind === 'cuda', name: `${project}-${version}${cuda}-${platform}` };
  }
  if (kind === 'cuda') return undefined;
  throw new KgmentorError('USAGE', `There is no native TensorFlow for this platform (${platform}).`, {
    next: 'Run kgmentor on Linux, x64 or arm64: on macOS and Windows in a container or in WSL 2.',
  });
}
