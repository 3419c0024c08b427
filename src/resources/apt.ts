import { type Script, sh } from '../shell/index.ts';

/** Waits while another program holds a file's lock, as the kernel says (proc_locks(5)), and says which. */
export const waitForLock = (path: string, timeout: number) => sh`
  waited=0
  while [ -e ${path} ] && lock=$(grep ":$(stat -c %i -- ${path}) " /proc/locks) && [ "$waited" -lt ${timeout} ]; do
    pid=$(printf '%s\n' "$lock" | sed -n '1s/.* \([0-9]*\) [0-9a-f:]* [0-9]* [0-9A-Z]*$/\1/p')
    [ "$waited" -gt 0 ] || echo ${`waiting for the lock that another program holds: ${path}`}" ($(cat "/proc/$pid/comm" 2>/dev/null || echo unknown), process \${pid:-unknown})"
    sleep 2
    waited=$((waited + 2))
  done`;

/** Seconds to wait for another program that fetches lists, as on a machine's first boot. */
const PATIENCE = 600;

/** That apt can read all of its sources: two entries that disagree about a key stop every use of it. */
export const aptReadsSources: Script = sh`apt-get indextargets >/dev/null`;

/** The same, and that the packages of one file of sources can be listed, signed by the key that it names. */
export function aptReaches(sources: string): Script {
  return sh`
    ${aptReadsSources} || exit
    ${waitForLock('/var/lib/apt/lists/lock', PATIENCE)}
    apt-get -qq -o Dir::Etc::sourcelist=${sources} -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 \
      -o APT::Update::Error-Mode=any -o Acquire::Retries=3 update`;
}
