/**
 * `node dist/bench/reference/pykeen.js joint.tsv teacher --model ComplEx --inverse`: runs `pykeen_teacher.py` with a
 * PyKEEN of its own, which it installs into the cache folder the first time (about 5 GB, as the wheel of PyTorch for
 * Linux on x64 brings its libraries for GPUs along).
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../src/setup/cache.js';
import { stage } from '../../src/setup/stage.js';
import { runTool } from '../../src/setup/tools.js';

const PACKAGES = ['pykeen==1.11.1', 'torch==2.3.1', 'safetensors==0.8.0', 'numpy==2.2.6'];
const script = fileURLToPath(new URL('../../../bench/reference/pykeen_teacher.py', import.meta.url));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The Python that has PyKEEN. */
async function python(): Promise<string> {
  const home = await stage(
    path.join(cacheFolder(), PACKAGES[0].replace('==', '-')),
    async (empty) => {
      say('Installing PyKEEN with pip (once) …');
      await runTool('python3', ['-m', 'venv', empty]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...PACKAGES];
      await runTool(path.join(empty, 'bin', 'python3'), pip);
    },
    { log: say },
  );
  return path.join(home, 'bin', 'python3');
}

process.stdout.write(await runTool(await python(), [script, ...process.argv.slice(2)]));
