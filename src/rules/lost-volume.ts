import type { Finding } from '../errors/index.ts';
import { COPYING_BRICKS, SEARCH, UNREAD } from '../facts/index.ts';
import { quote } from '../shell/index.ts';
import { type GlusterHost, pathOf } from './gluster-pool.ts';

/**
 * Bricks of a volume that no host knows any more, wherever they are, while a new volume would be made: all nodes were installed anew,
 * or lost the files of glusterd, and the bricks still have the mail.
 */
export function lostVolume(
  hosts: readonly GlusterHost[],
  name: string,
  beside: readonly string[],
): readonly Finding[] {
  if (hosts.some(({ facts }) => facts?.gluster.known[name] !== undefined)) return [];
  const known = new Set(hosts.flatMap(({ facts }) => Object.values(facts?.gluster.known ?? {})));
  return hosts.flatMap((host) => {
    const gluster = host.facts?.gluster;
    const lost = Object.entries(gluster?.found ?? {}).filter(
      ([path, mark]) => !beside.includes(path) && !isKnown(host, path, mark, known),
    );
    if (lost.length > 0) return [forgotten(host, name, lost)];
    return gluster?.searched === false ? [unsearched(host, name)] : [];
  });
}

/** By its mark; one that bears none, or whose mark nothing reads, by what the host's own glusterd has recorded. */
function isKnown(
  { facts }: GlusterHost,
  path: string,
  mark: string | null,
  known: ReadonlySet<string>,
): boolean {
  if (mark !== null && mark !== UNREAD) return known.has(mark);
  const own = facts?.gluster.recorded.filter(({ uuid }) => uuid === undefined || uuid === facts.gluster.uuid);
  return own?.some(({ brick }) => pathOf(brick) === path) === true;
}

function forgotten(
  host: GlusterHost,
  name: string,
  lost: readonly (readonly [path: string, mark: string | null])[],
): Finding {
  const paths = lost.map(([path]) => path);
  const bricks = lost.map(([path, mark]) => (mark === null ? path : `${path} (${mark})`));
  return {
    level: 'refuse',
    code: 'lost-volume',
    host: host.name,
    message: `it has ${bricks.join(', ')} of a volume that no host knows any more, and no host knows a volume ${name}. It may be the only copy of the mail, and a run would make an empty volume beside it`,
    fix: [
      host.onHost(`ls -lA -- ${paths.map(quote).join(' ')}`),
      'If this is the volume of the mail, bring the files of glusterd (/var/lib/glusterd) back from a backup of these hosts, and run again.',
      `If there is no backup, or it is not the mail, write storage.otherVolumes: [${paths.join(', ')}], and another storage.brickPath where it is the same. A run leaves these files as they are. ${COPYING_BRICKS}`,
    ],
  };
}

function unsearched(host: GlusterHost, name: string): Finding {
  return {
    level: 'refuse',
    code: 'unsearched-disks',
    host: host.name,
    message: `no host knows a volume ${name}, and its disks could not be looked through in ${SEARCH} s for bricks that none knows any more`,
    fix: [
      `Bring back or take away the mounts that do not answer, which this names, and run again: ${host.onHost('for d in $(findmnt -rn -o TARGET); do timeout -s KILL 2 stat -f "$d" >/dev/null 2>&1 || echo "$d"; done')}`,
      'If a directory has many files and certainly no brick of the mail, add its path to storage.otherVolumes: it is passed over.',
    ],
  };
}
