import path from 'node:path';
import { cacheFolder } from '../../src/setup/cache.js';
import { stage } from '../../src/setup/stage.js';
import { runTool } from '../../src/setup/tools.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * A Python of its own that has pinned packages, installed into the cache folder the first time; the first package names
 * the folder.
 *
 * @returns path of its interpreter
 * @example
 * await runTool(await pythonWith(['torch==2.15.0', 'numpy==2.2.6']), ['steps.py']);
 */
export async function pythonWith(packages: readonly string[]): Promise<string> {
  const [main] = packages;
  const home = await stage(
    path.join(cacheFolder(), main.replace('==', '-')),
    async (empty) => {
      say(`Installing ${main} with pip (once) …`);
      await runTool('python3', ['-m', 'venv', empty]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...packages];
      await runTool(path.join(empty, 'bin', 'python3'), pip);
    },
    { log: say },
  );
  return path.join(home, 'bin', 'python3');
}
