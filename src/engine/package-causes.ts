import type { KnownCause } from './cause.ts';

/** Why apt and dpkg do not install what they have, in their own words (apt 2.2 to 3.1: algorithms.cc, private-install.cc; dpkg: errors.c, archives.c). */
export const PACKAGE_CAUSES: readonly KnownCause[] = [
  {
    words: /^dpkg: error processing .*\n.*script subprocess .*$/m,
    code: 'package-script',
    message: 'a script of that package fails, and every installation ends in an error until it is fixed',
    fix: 'read what the script has said, right before those words; `dpkg --audit` on the host names all packages that are not finished. Mend what it lacks, or remove that package where nothing needs it, and run again',
  },
  {
    words: /^dpkg: error processing .*\n trying to overwrite .*$/m,
    code: 'package-clash',
    message: 'two packages have the same file, as a rule because they are of sources that do not go together',
    fix: 'look with `apt-cache policy NAME` on the host where each of the two is from, keep one of them, and run again',
  },
  {
    words:
      /^(?:The following packages have unmet dependencies:\n(?: .*\n)+E: Unmet dependencies\..*|E: Unmet dependencies\..*|dpkg: dependency problems prevent configuration of .*\n(?: .*\n?)*)/m,
    code: 'package-halfway',
    message: 'a package is on the host without what it needs, and apt installs nothing before it has that',
    fix: 'look with `dpkg --audit` which, and with `apt-get -s -f install` what apt would do about it, both on the host; have it do so by hand where that is right, and run again',
  },
  {
    words:
      /^(?:The following packages have unmet dependencies:(?:\n .*)+|E: Unable to satisfy dependencies\..*(?:\n .*)*|E: Unable to correct problems, you have held broken packages\.)/m,
    code: 'package-unmet',
    message:
      'what it needs is there in no version that fits: something is on hold or pinned to another, or the sources are of several releases',
    fix: 'look on the host with `apt-cache policy NAME` for those that are named, with `apt-mark showhold`, and with `cat /etc/apt/preferences /etc/apt/preferences.d/*`; mend what keeps the right version away, and run again',
  },
  {
    words: /^E: (?:Package '.*' has no installation candidate|Unable to locate package .*)$/m,
    code: 'package-absent',
    message:
      "none of the host's sources offers it: a component or a suite is missing, or a preference excludes it",
    fix: 'look with `apt-cache policy NAME` on the host. If it shows a version with a priority below 1, take that out of /etc/apt/preferences.d; if it shows none, add the component or the suite to the sources (universe, as a rule, with Ubuntu); and run again',
  },
];
