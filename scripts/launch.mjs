// Runs one of the repository's programs: installs and compiles first where that is needed. Usage:
//   node scripts/launch.mjs <demo|test|neo4j|bench|faults|kgmentor> [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdsAll } from './installed.mjs';
import { locked, read } from './lock.mjs';

const TARGETS = ['demo', 'test', 'neo4j', 'bench', 'faults', 'kgmentor'];
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);
const say = (line) => process.stderr.write(`${line}\n`);
const hash = (text) => createHash('sha256').update(text).digest('hex');
function fail(line, code = 1) {
  say(line);
  process.exit(code);
}

const [target, ...args] = process.argv.slice(2);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11))
  fail(
    `kgmentor needs Node 20.11 or newer; this is ${process.version}. Install a newer Node and try again.`,
    2,
  );
if (!TARGETS.includes(target)) fail(`Say what to run: node scripts/launch.mjs <${TARGETS.join('|')}>`, 2);

function files(base, ending) {
  return ['src', 'test', 'bench', 'demo']
    .map((folder) => path.join(base, folder))
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) => fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name)))
    .filter((name) => ending.test(name));
}

/** What the compiled files are made from: names, sizes and times of all sources. */
function fingerprint() {
  const describe = (file) => `${file} ${fs.statSync(file).size} ${fs.statSync(file).mtimeMs}`;
  return hash([at('tsconfig.json'), ...files(root, /\.ts$/).sort()].map(describe).join('\n'));
}

const installStamp = at('node_modules', '.kgmentor-lock');
const buildStamp = at('dist', '.kgmentor-built');
/** Texts of the lock and of npm's list of what it installed. */
const lists = () => [at('package-lock.json'), at('node_modules', '.package-lock.json')].map(read);
const stampOf = ([lock, listed]) => hash(lock + listed);
function isInstalled() {
  const [lock, listed] = lists();
  const isThere = (place) => fs.existsSync(at(place, 'package.json'));
  return holdsAll(lock, listed, isThere, read(installStamp) === stampOf([lock, listed]));
}
const isBuilt = () => read(buildStamp) === fingerprint();

function run(command, parameters, shell = false) {
  const done = spawnSync(command, parameters, { cwd: root, stdio: ['ignore', 2, 2], shell });
  if (done.error) fail(`${command} could not be started: ${done.error.message}`);
  return done.status ?? 1;
}

function install() {
  say('Installing the packages of package-lock.json (once) …');
  const npm = process.env.npm_execpath;
  const ci = ['ci', '--include=dev', '--include=optional']; // whatever NODE_ENV and the user's npm leave out
  const status = npm?.endsWith('npm-cli.js') // the npm that called us, and no shell in between
    ? run(process.execPath, [npm, ...ci])
    : run('npm', ci, process.platform === 'win32');
  if (status !== 0)
    fail('npm ci failed, see its lines above. Once that is mended, run the same command again.', status);
  fs.writeFileSync(installStamp, stampOf(lists()));
}

function build() {
  say('Compiling …');
  const made = fingerprint();
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  const status = run(process.execPath, [tsc, '-p', 'tsconfig.json']);
  if (status !== 0) {
    fs.rmSync(installStamp, { force: true }); // the compiler may be what could not be had
    fail('The sources do not compile, see the lines above.', status);
  }
  // The compiler keeps the output of sources that were removed; a removed test would still run.
  const output = /(\.js|\.js\.map|\.d\.ts)$/;
  for (const file of files(at('dist'), output))
    if (!fs.existsSync(at(path.relative(at('dist'), file).replace(output, '.ts'))))
      fs.rmSync(file, { force: true });
  fs.writeFileSync(buildStamp, made);
}

if (!isInstalled() || !isBuilt())
  await locked(at('.kgmentor', 'lock'), say, () => {
    if (!isInstalled()) install();
    if (!isBuilt()) build();
  });

const program = at('dist', 'src', 'setup', 'launch.js');
const child = spawn(process.execPath, [program, target, ...args], { stdio: 'inherit' });
// A terminal sends Ctrl-C to the child as well; a signal sent to this process alone is passed on.
const terminal = process.stdin.isTTY || process.stderr.isTTY;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => (signal === 'SIGINT' && terminal) || child.kill(signal));
// npm's shell ends on a signal without passing it on: the program then ends as if it had been passed on.
const parent = process.ppid;
if (process.env.npm_lifecycle_event)
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000).unref();
child.on('error', (error) => fail(`The program could not be started: ${error.message}`));
child.on('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
