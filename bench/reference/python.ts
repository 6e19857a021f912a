import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../../src/setup/cache.js';
import { stage } from '../../src/setup/stage.js';
import { runTool } from '../../src/setup/tools.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Where an interpreter looks for packages. */
const packagesOf = async (python: string): Promise<string> =>
  (await runTool(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])).trim();

/**
 * A Python of its own that has pinned packages, installed into the cache folder the first time; the first package names
 * the folder.
 *
 * @param base the interpreter of another such Python, whose packages this one has as well
 * @returns path of its interpreter
 * @example
 * await runTool(await pythonWith(['torch==2.15.0', 'numpy==2.2.6']), ['steps.py']);
 */
export async function pythonWith(packages: readonly string[], base?: string): Promise<string> {
  const [main] = packages;
  const named = main.replace('==', '-');
  const under = base === undefined ? '' : `-on-${path.basename(path.dirname(path.dirname(base)))}`;
  const home = await stage(
    path.join(cacheFolder(), named + under),
    async (empty) => {
      say(`Installing ${main} with pip (once) …`);
      await runTool('python3', ['-m', 'venv', empty]);
      const python = path.join(empty, 'bin', 'python3');
      if (base !== undefined)
        writeFileSync(path.join(await packagesOf(python), 'base.pth'), `${await packagesOf(base)}\n`);
      await runTool(python, ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...packages]);
    },
    { log: say },
  );
  return path.join(home, 'bin', 'python3');
}
