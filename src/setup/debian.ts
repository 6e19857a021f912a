import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Log } from './lock.js';
import { canRun, runTool } from './tools.js';

/** Whether packages can be fetched and unpacked here as on Debian and Ubuntu. */
export const isDebian = async (): Promise<boolean> =>
  (await canRun('apt-get', ['--version'])) && (await canRun('dpkg-deb', ['--version']));

/** The release, such as `debian-12`: programs of one may not run on another. */
export function releaseName(file = '/etc/os-release'): string {
  const text = readFileSync(file, 'utf8');
  const value = (key: string) => new RegExp(`^${key}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? '';
  return `${value('ID')}-${value('VERSION_ID')}`.replace(/[^\w.-]/g, '_');
}

/**
 * Fetches a package with all that it needs and this machine lacks, and unpacks them into a folder. Nothing is
 * installed, so root is not needed; apt checks the signatures.
 *
 * @throws Error with apt's last lines
 */
export async function unpackPackage(name: string, empty: string, log: Log): Promise<void> {
  const own = mkdtempSync(path.join(tmpdir(), 'kgmentor-apt-'));
  try {
    await fetchPackage(name, empty, []).catch(async () => {
      // The system's lists are missing or old, and only root may renew them.
      log('Fetching the lists of packages …');
      const lists = path.join(own, 'lists');
      mkdirSync(path.join(lists, 'partial'), { recursive: true });
      const options = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${own}`];
      await runTool('apt-get', [...options, '-q', 'update']);
      await fetchPackage(name, empty, options);
    });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  for (const file of readdirSync(empty).filter((one) => one.endsWith('.deb'))) {
    await runTool('dpkg-deb', ['-x', path.join(empty, file), empty]);
    rmSync(path.join(empty, file));
  }
}

async function fetchPackage(name: string, folder: string, options: readonly string[]): Promise<void> {
  const plan = await runTool('apt-get', [...options, '-s', '--no-install-recommends', 'install', name]);
  const lacking = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, one]) => one);
  // It writes into the working folder.
  const script = 'cd "$0" && exec apt-get "$@"';
  await runTool('sh', ['-c', script, folder, ...options, '-q', 'download', ...lacking]);
}
