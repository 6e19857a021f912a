/** Whether npm leaves a package out here: one that is optional, for another system or, perhaps, another C library. */
const isForAnother = ({ optional, os, cpu, libc }) =>
  optional === true &&
  ((os !== undefined && !os.includes(process.platform)) ||
    (cpu !== undefined && !cpu.includes(process.arch)) ||
    libc !== undefined);

/**
 * Whether all packages of a lock are installed, by npm's own list of what it installed: so that who called `npm ci`
 * does not wait for it again.
 *
 * @param lock the text of package-lock.json @param installed that of node_modules/.package-lock.json
 */
export function holdsAll(lock, installed) {
  try {
    const [wanted, here] = [lock, installed].map((text) => JSON.parse(text).packages);
    return Object.entries(wanted).every(([place, entry]) => {
      if (place === '' || (here[place] === undefined && isForAnother(entry))) return true;
      return here[place]?.version === entry.version && here[place].integrity === entry.integrity;
    });
  } catch {
    return false;
  }
}
