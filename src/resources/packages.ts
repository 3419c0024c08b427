import { z } from 'zod';
import { defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';

const want = z.strictObject({
  names: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'expected the name of a Debian package')).min(1),
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
      dpkg-query -W -f='\${Package} \${db:Status-Status}\n' -- ${names} 2>/dev/null
      [ $? -le 1 ]`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not ask dpkg which packages are installed', output);
      const known = output.stdout.split('\n').map((line) => line.split(' '));
      return new Map(known.map(([name = '', status = '']) => [name, status]));
    },
  }),

  diff: ({ names }, have) =>
    names
      .map((name) => ({ field: name, from: have.get(name) ?? 'not-installed', to: 'installed' }))
      .filter(({ from, to }) => from !== to)
      .map((change) => (change.from === 'not-installed' ? { ...change, from: null } : change)),

  apply: ({ lockTimeout }, _have, changes) => [
    { title: 'finish interrupted installations', script: finishInterrupted(lockTimeout) },
    { title: 'refresh package lists', script: refreshLists(lockTimeout) },
    {
      title: `install ${changes.map(({ field }) => field).join(', ')}`,
      script: detached(sh`
        apt-get -y -o DPkg::Lock::Timeout=${lockTimeout} -o Dpkg::Options::=--force-confdef \
          -o Dpkg::Options::=--force-confold --no-install-recommends --no-remove install -- ${changes.map(({ field }) => field)}`),
    },
  ],
});

const environment = sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none`;

/** Runs a command whose end must not depend on who listens, and shows its output while it runs. */
function detached(command: ReturnType<typeof sh>) {
  return sh`
    ${environment}
    log=$(mktemp) || exit 1
    trap 'rm -f -- "$log"' EXIT
    (trap '' HUP INT TERM; ${command}) >"$log" 2>&1 &
    job=$!
    tail -n +1 -s 0.2 -f --pid="$job" -- "$log" 2>/dev/null
    wait "$job" && exit 0
    code=$?
    tail -n 20 -- "$log" >&2
    exit "$code"`;
}

/** Whether another program holds a file's lock, as the kernel says: apt has no exit code of its own for it. */
const waitForLock = (path: string, timeout: number) => sh`
  waited=0
  while [ -e ${path} ] && grep -q ":$(stat -c %i -- ${path}) " /proc/locks && [ "$waited" -lt ${timeout} ]; do
    [ "$waited" -gt 0 ] || echo 'waiting for the lock that another program holds: '${path}
    sleep 2
    waited=$((waited + 2))
  done`;

function refreshLists(timeout: number) {
  return sh`
    ${waitForLock('/var/lib/apt/lists/lock', timeout)}
    ${detached(sh`apt-get -o APT::Update::Error-Mode=any -o Acquire::Retries=3 update`)}`;
}

function finishInterrupted(timeout: number) {
  return sh`
    [ -z "$(find /var/lib/dpkg/updates -type f -name '[0-9]*')" ] && [ -z "$(dpkg --audit)" ] && exit 0
    ${waitForLock('/var/lib/dpkg/lock-frontend', timeout)}
    ${detached(sh`dpkg --force-confdef --force-confold --configure -a`)}`;
}
