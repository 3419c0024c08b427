import { type Finding, isReached } from 'provision-swarm';
import type { Storage } from '../settings/storage.ts';

/** Docker waits for the mount, and would be stopped with it. */
const FREE_DOCKER =
  'rm -f /etc/systemd/system/docker.service.d/provision-storage.conf && systemctl daemon-reload && ';

/** The unit that mounts `where`; one that Docker waits for is left, for Docker would be stopped with it (systemd.unit(5), Requires=). */
const taken = (where: string, anyway: boolean) => {
  const unit = `"$(systemd-escape --path --suffix=mount ${where})"`;
  if (anyway) return `${FREE_DOCKER}systemctl disable --now ${unit}`;
  return `case " $(systemctl show -P RequiredBy -- ${unit}) " in *" docker.service "*) echo "Docker still waits for it: run provision first" >&2; false ;; *) systemctl disable --now ${unit} ;; esac`;
};

/** Mounts of ours that the inventory no longer has: they stay, for something may write there. */
export function inspectLeft({ hosts, settings: { kind, root } }: Storage): readonly Finding[] {
  return hosts.filter(isReached).flatMap((host) =>
    host.facts.mounts
      .filter(({ where }) => kind === 'none' || where !== root)
      .map(
        ({ where, source, type }): Finding => ({
          level: 'warn',
          code: 'mount-left',
          host: host.name,
          message: `${source} is mounted at ${where} by a unit of ours, and the inventory says nothing of it; it stays mounted${type.includes('gluster') ? ', and the volume runs on' : ''}, and a run does not look after it`,
          fix: [
            kind === 'none' ? 'write the section `storage` again' : `set storage.root to ${where}`,
            `or, when nothing uses it any more, take the mount away${kind === 'none' ? ', and the drop-in by which Docker waits for it' : ''}, which leaves what is in it: ${host.onHost(taken(where, kind === 'none'))}`,
          ],
        }),
      ),
  );
}
