import { type Finding, isReached } from 'provision-swarm';
import type { Storage } from '../settings/storage.ts';

/** What a person should know of the mounts as they are now. */
export function inspectMounts({ hosts, settings }: Storage): readonly Finding[] {
  return hosts.filter(isReached).flatMap((host): readonly Finding[] => {
    const there = host.facts.mounts.find(({ where }) => where === settings.root);
    const warn = (code: string, message: string, ...fix: string[]): Finding => ({
      level: 'warn',
      code,
      host: host.name,
      message,
      fix,
    });
    if (there === undefined) return [];
    const { freeBytes, outdated, hidden } = there;
    const parent = settings.root.slice(0, settings.root.lastIndexOf('/')) || '/';
    const bare = `/run/below${settings.root.slice(settings.root.lastIndexOf('/'))}`;
    return [
      ...(freeBytes !== undefined && freeBytes < settings.minFree * 2 ** 30
        ? [
            warn(
              'storage-full',
              `${(freeBytes / 2 ** 30).toFixed(1)} GiB are free at ${settings.root}; mail is refused when it is full. Make room, beginning with what is largest`,
              host.onHost(`du -xhd2 ${settings.root} | sort -h | tail`),
            ),
          ]
        : []),
      ...(hidden === undefined
        ? []
        : [
            warn(
              'hidden-files',
              `below what is mounted at ${settings.root} lie files that nobody sees: ${hidden}. They were written while it was not mounted`,
              host.onHost(`mkdir -p /run/below && mount --bind ${parent} /run/below && ls -lA ${bare}`),
              `Copy what the shared storage does not have: ${host.onHost(`cp -a -n ${bare}/. ${settings.root}/`)}`,
              `Let go of the look: ${host.onHost('umount /run/below')}`,
            ),
          ]),
      ...(outdated
        ? [
            warn(
              'remount-needed',
              `${settings.root} was mounted before its options were changed. Mounting it anew stops Docker on this host for a moment, so a run does it only when told to`,
              'run again with --remount',
            ),
          ]
        : []),
    ];
  });
}
