import { type Finding, isReached } from 'provision-swarm';
import type { Storage } from '../settings/storage.ts';

/** What a person should know of the mounts as they are now. */
export function* inspectMounts({ hosts, settings: { root, minFree } }: Storage): Iterable<Finding> {
  for (const host of hosts.filter(isReached)) {
    const there = host.facts.mounts.find(({ where }) => where === root);
    if (there === undefined) continue;
    const warn = (code: string, message: string, ...fix: string[]): Finding => ({
      level: 'warn',
      code,
      host: host.name,
      message,
      fix,
    });
    const { freeBytes, outdated, hidden } = there;
    const parent = root.slice(0, root.lastIndexOf('/')) || '/';
    const bare = `/run/below${root.slice(root.lastIndexOf('/'))}`;
    if (freeBytes !== undefined && freeBytes < minFree * 2 ** 30)
      yield warn(
        'storage-full',
        `${(freeBytes / 2 ** 30).toFixed(1)} GiB are free at ${root}; mail is refused when it is full. Make room, beginning with what is largest`,
        host.onHost(`du -xhd2 ${root} | sort -h | tail`),
      );
    if (hidden !== undefined)
      yield warn(
        'hidden-files',
        `below what is mounted at ${root} lie files that nobody sees: ${hidden}. They were written while it was not mounted`,
        host.onHost(`mkdir -p /run/below && mount --bind ${parent} /run/below && ls -lA ${bare}`),
        `Copy what the shared storage does not have: ${host.onHost(`cp -a -n ${bare}/. ${root}/`)}`,
        `Let go of the look: ${host.onHost('umount /run/below')}`,
      );
    if (outdated)
      yield warn(
        'remount-needed',
        `${root} was mounted before its options were changed. Mounting it anew stops Docker on this host for a moment, so a run does it only when told to`,
        'run again with --remount',
      );
  }
}
