/** Of this process; undefined where packages are not made for one. */
const libcHere = () => {
  if (process.platform !== 'linux') return undefined;
  process.report.excludeNetwork = true; // names of hosts that it would ask for
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
};

/** Whether npm leaves a package out here: one that is optional, and for another system. */
const isForAnother = ({ optional, os, cpu, libc }) =>
  optional === true &&
  ((os !== undefined && !os.includes(process.platform)) ||
    (cpu !== undefined && !cpu.includes(process.arch)) ||
    (libc !== undefined && !libc.includes(libcHere())));

/**
 * Whether the packages of a lock are installed, and no others, by npm's own list of what it installed: so that who
 * called `npm ci` does not wait for it again.
 *
 * @param lock the text of package-lock.json @param listed that of node_modules/.package-lock.json
 * @param isThere whether a listed place holds a package
 */
export function holdsAll(lock, listed, isThere) {
  try {
    const [wanted, here] = [lock, listed].map((text) => JSON.parse(text).packages);
    const isAsWanted = ([place, entry]) => {
      if (place === '' || (here[place] === undefined && isForAnother(entry))) return true;
      return here[place]?.version === entry.version && here[place].integrity === entry.integrity;
    };
    return (
      Object.entries(wanted).every(isAsWanted) &&
      Object.keys(here).every((place) => wanted[place] !== undefined && isThere(place))
    );
  } catch {
    return false;
  }
}
