import { z } from 'zod';
import { type Change, defineResource, ProbeError, Refusal } from '../resource/index.ts';
import { lines, sh } from '../shell/index.ts';
import { waitForLock } from './apt.ts';
import { refreshLists } from './refresh-lists.ts';
import { startedAnew } from './stopped.ts';
import { unattended } from './unattended.ts';

const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'expected the name of a Debian package');

const want = z.strictObject({
  /** The packages, by their names in the distribution. */
  names: z.array(packageName).min(1),
  /** Versions that some of them must have, or how these begin: `28.5` is any of 28.5, without epoch and revision. */
  versions: z.record(packageName, z.string().regex(/^[\w.+~-]+$/, 'expected a version')).default({}),
  /** Units that another version of them stops for a moment. */
  restarts: z.array(z.string()).default([]),
  /** Seconds to wait for another program that holds the package database, as on a machine's first boot. */
  lockTimeout: z.number().int().positive().default(600),
});

/**
 * Debian packages that are installed, without recommended ones, without touching changed configuration files, and
 * without removing what they conflict with.
 * Waits for apt's and dpkg's locks, and finishes first what an interrupted installation left half configured. An
 * installation is never interrupted by a lost connection: its output goes to a file, which is shown as it grows.
 */
export const packages = defineResource({
  kind: 'packages',
  want,
  key: ({ names }) => names.join(' '),

  observe: ({ names }) => ({
    script: sh`
      dpkg-query -W -f='\${Package} \${db:Status-Status} \${Version} \${db:Status-Want}\n' -- ${names} 2>/dev/null
      [ $? -le 1 ]`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not ask dpkg which packages are installed', output);
      const known = output.stdout.split('\n').map((line) => line.split(' '));
      // Of what is not there the version is empty, and two spaces stand where it would be.
      return new Map(
        known.map(([name = '', status = '', version = '', want]) => [
          name,
          { status, version, held: want === 'hold' },
        ]),
      );
    },
  }),

  diff: ({ names, versions }, have) => {
    const changes = names.flatMap((name): readonly Change[] => {
      const { status, version } = have.get(name) ?? { status: 'not-installed', version: '' };
      const wanted = versions[name];
      const to = wanted ?? 'installed';
      if (status !== 'installed')
        return [{ field: name, from: status === 'not-installed' ? null : status, to }];
      return wanted === undefined || isVersion(version, wanted) ? [] : [{ field: name, from: version, to }];
    });
    const held = changes.filter(({ field }) => have.get(field)?.held);
    if (held.length > 0)
      throw new Refusal(held.map(onHold).join('; '), [
        {
          say: 'if it need not stay so, let apt change it',
          run: sh`apt-mark unhold ${held.map(({ field }) => field)}`,
        },
      ]);
    return changes;
  },

  restarts: ({ restarts }, changes) => (changes.some(isOfVersion) ? restarts.map(startedAnew) : []),

  lasting: (_wanted, changes) =>
    changes
      .filter(isOfVersion)
      .map(
        ({ field, from, to }) =>
          `${field} goes from ${from} to ${to}, and what a newer one has written an older one may not read`,
      ),

  apply: ({ versions, lockTimeout }, _have, changes) => [
    { title: 'finish interrupted installations', script: finishInterrupted(lockTimeout) },
    {
      title: 'refresh package lists',
      script: refreshLists(
        changes.map(({ field }) => field),
        lockTimeout,
      ),
    },
    {
      title: `install ${changes.map(({ field }) => field).join(', ')}`,
      script: sh`
        ${waitForLock('/var/lib/dpkg/lock-frontend', lockTimeout)}
        ${unattended(sh`
        set --
        ${lines(changes.map(({ field }) => chosen(field, versions[field])))}
        apt-get -y -o DPkg::Lock::Timeout=${lockTimeout} -o Dpkg::Options::=--force-confdef \
          -o Dpkg::Options::=--force-confold --no-install-recommends --no-remove install -- "$@"`)}`,
    },
  ],
});

function onHold({ field, from, to }: Change): string {
  const wanted = to === 'installed' ? 'should be' : `${to} is wanted`;
  return `${field} is on hold (apt-mark hold), so apt does not change it: it is ${from ?? 'not installed'}, and ${wanted}`;
}

/** Whether a package is there, and gets another version. */
const isOfVersion = ({ from }: Change) => typeof from === 'string' && /^\d/.test(from);

/** Whether a version of Debian's (deb-version(7)) is this upstream version, or begins with it. */
function isVersion(version: string, wanted: string): boolean {
  const upstream = version.replace(/^\d+:/, '');
  return (
    version === wanted ||
    upstream === wanted ||
    (/^[.~+-]/.test(upstream.slice(wanted.length)) && upstream.startsWith(wanted))
  );
}

/** Adds a package to the arguments, by its newest version that begins as it must. */
function chosen(name: string, version: string | undefined) {
  if (version === undefined) return sh`set -- "$@" ${name}`;
  return sh`
    all=$(apt-cache madison -- ${name} | cut -d'|' -f2 | tr -d ' ')
    found=$(printf '%s\n' "$all" | while read -r v; do
      case \${v#*:} in ${version} | ${version}[.~+-]*) echo "$v"; break ;; esac
    done)
    if [ -z "$found" ]; then
      echo ${name} 'has no version '${version}'; there are: '$all >&2
      exit 1
    fi
    set -- "$@" ${name}="$found"`;
}

function finishInterrupted(timeout: number) {
  return sh`
    [ -z "$(find /var/lib/dpkg/updates -type f -name '[0-9]*')" ] && [ -z "$(dpkg --audit)" ] && exit 0
    ${waitForLock('/var/lib/dpkg/lock-frontend', timeout)}
    ${unattended(sh`dpkg --force-confdef --force-confold --configure -a`)}`;
}
