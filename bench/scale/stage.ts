/** Runs one stage and tells what it took as JSON: `node stage.js STAGE INPUT`. */
import { type StageName, stages } from './stages.js';
import type { StageInput } from './training.js';

const [name, input] = process.argv.slice(2);
const measured = await stages[name as StageName](JSON.parse(input) as StageInput);
const peakMb = measured.peakMb ?? process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ ...measured, peakMb })}\n`);
// The driver may keep a socket open.
process.exit();
