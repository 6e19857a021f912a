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

/** Whether a package that the lock does not have stands where one of the lock finds it before the right one. */
const hides = (place, wanted) => {
  const holder = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')));
  return wanted[place] === undefined && holder !== '' && wanted[holder] !== undefined;
};

/**
 * Whether the packages of a lock are installed, by npm's own list of what it installed: so that who called `npm ci`
 * does not wait for it again. What somebody installed besides may stay.
 *
 * @param lock the text of package-lock.json @param listed that of node_modules/.package-lock.json
 * @param isThere whether a listed place holds a package
 * @param isKnown whether an installation of this lock left this list, which may lack an optional package then
 */
export function holdsAll(lock, listed, isThere, isKnown) {
  if (listed === '') return isKnown;
  try {
    const [wanted, here] = [lock, listed].map((text) => JSON.parse(text).packages);
    const isAsWanted = ([place, entry]) => {
      if (place === '' || (here[place] === undefined && isForAnother(entry))) return true;
      return here[place]?.version === entry.version && here[place].integrity === entry.integrity;
    };
    const isSound = (place) => isThere(place) && !hides(place, wanted);
    return Object.keys(here).every(isSound) && (isKnown || Object.entries(wanted).every(isAsWanted));
  } catch {
    return false;
  }
}
