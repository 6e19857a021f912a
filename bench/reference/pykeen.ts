/**
 * `node dist/bench/reference/pykeen.js joint.tsv teacher --model ComplEx --inverse`: runs `pykeen_teacher.py` with a
 * PyKEEN of its own, which it installs into the cache folder the first time (about 5 GB, as the wheel of PyTorch for
 * Linux on x64 brings its libraries for GPUs along).
 */
import { fileURLToPath } from 'node:url';
import { runTool } from '../../src/setup/tools.js';
import { pykeenPython } from './pykeenPython.js';

const script = fileURLToPath(new URL('../../../bench/reference/pykeen_teacher.py', import.meta.url));

process.stdout.write(await runTool(await pykeenPython(), [script, ...process.argv.slice(2)]));
