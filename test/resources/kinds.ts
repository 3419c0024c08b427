import type { Resource } from '../../src/resource/index.ts';
import { archive } from '../../src/resources/archive/archive.ts';
import { block } from '../../src/resources/block.ts';
import { command } from '../../src/resources/command.ts';
import { dataDirectory } from '../../src/resources/data-directory.ts';
import { directory } from '../../src/resources/directory.ts';
import { dnfPackages } from '../../src/resources/dnf-packages.ts';
import { dockerConfig } from '../../src/resources/docker/config.ts';
import { dockerDaemon } from '../../src/resources/docker/daemon.ts';
import { ingressNetwork } from '../../src/resources/docker/ingress.ts';
import { dockerNetwork } from '../../src/resources/docker/network.ts';
import { dockerSecret } from '../../src/resources/docker/secret.ts';
import { dockerSuperseded } from '../../src/resources/docker/superseded.ts';
import { download } from '../../src/resources/download.ts';
import { dropIn } from '../../src/resources/drop-in.ts';
import { file } from '../../src/resources/file.ts';
import { firewalldOpenings } from '../../src/resources/firewall/firewalld.ts';
import { nftablesOpenings } from '../../src/resources/firewall/nftables.ts';
import { ufwOpenings } from '../../src/resources/firewall/ufw.ts';
import { glusterBlame } from '../../src/resources/gluster/blame.ts';
import { glusterBrick } from '../../src/resources/gluster/brick.ts';
import { glusterHeal } from '../../src/resources/gluster/heal.ts';
import { glusterIdentity } from '../../src/resources/gluster/identity.ts';
import { glusterNames } from '../../src/resources/gluster/names.ts';
import { glusterPeer } from '../../src/resources/gluster/peer.ts';
import { glusterVolume } from '../../src/resources/gluster/volume.ts';
import { group } from '../../src/resources/group.ts';
import { line } from '../../src/resources/line.ts';
import { cloudInit } from '../../src/resources/machine/cloud-init.ts';
import { hostsEntries } from '../../src/resources/machine/hosts-entries.ts';
import { reboot } from '../../src/resources/machine/reboot.ts';
import { sysctl } from '../../src/resources/machine/sysctl.ts';
import { user } from '../../src/resources/machine/user.ts';
import { mailuAccounts } from '../../src/resources/mailu/accounts.ts';
import { masked } from '../../src/resources/masked.ts';
import { mount } from '../../src/resources/mount.ts';
import { nfsExport } from '../../src/resources/nfs-export.ts';
import { packages } from '../../src/resources/packages.ts';
import { remount } from '../../src/resources/remount.ts';
import { containerResolver } from '../../src/resources/resolver/container.ts';
import { resolver } from '../../src/resources/resolver/resolver.ts';
import { sameView } from '../../src/resources/same-view.ts';
import { service } from '../../src/resources/service.ts';
import { signingKey } from '../../src/resources/signing-key.ts';
import { stack } from '../../src/resources/stack/stack.ts';
import { swarmCluster } from '../../src/resources/swarm/cluster.ts';
import { nodeLabel } from '../../src/resources/swarm/label.ts';
import { swarmMember } from '../../src/resources/swarm/member.ts';
import { swarmNode } from '../../src/resources/swarm/node.ts';
import { timer } from '../../src/resources/timer.ts';
import { raw, Secret } from '../../src/shell/index.ts';

type Want = Record<string, unknown>;

/** Makes a resource of each kind from a case's `want`. `{ secret: … }` in a case is a `Secret`. */
export const kinds: Readonly<Record<string, (want: never) => Resource>> = {
  archive,
  block,
  'cloud-init': cloudInit,
  command: ({ run, unless, onlyIf, ...want }: Want) =>
    command({ ...want, run: raw(String(run)), unless: script(unless), onlyIf: script(onlyIf) } as never),
  'container-resolver': containerResolver,
  'data-directory': dataDirectory,
  directory,
  'dnf-packages': dnfPackages,
  'docker-config': dockerConfig,
  'docker-daemon': dockerDaemon,
  'docker-secret': (want: Want) => dockerSecret({ ...want, value: revive(want.value) } as never),
  'docker-superseded': dockerSuperseded,
  'docker-network': dockerNetwork,
  download,
  'drop-in': dropIn,
  file: (want: Want) => file({ ...want, content: revive(want.content) } as never),
  'firewalld-openings': firewalldOpenings,
  'gluster-blame': glusterBlame,
  'gluster-brick': glusterBrick,
  'gluster-heal': glusterHeal,
  'gluster-identity': glusterIdentity,
  'gluster-names': glusterNames,
  'gluster-peer': glusterPeer,
  'gluster-volume': glusterVolume,
  group,
  line: ({ match, ...want }: Want) =>
    line({ ...want, match: match === undefined ? undefined : new RegExp(String(match)) } as never),
  'mailu-accounts': ({ administrator, ...want }: Want) =>
    mailuAccounts({
      ...want,
      ...(administrator === undefined
        ? {}
        : {
            administrator: { ...(administrator as Want), password: revive((administrator as Want).password) },
          }),
    } as never),
  'hosts-entries': hostsEntries,
  'ingress-network': ingressNetwork,
  masked,
  mount,
  'nftables-openings': nftablesOpenings,
  'nfs-export': nfsExport,
  'node-label': nodeLabel,
  packages,
  reboot: ({ when, ...want }: Want) => reboot({ ...want, when: script(when) } as never),
  remount,
  resolver,
  'same-view': sameView,
  service,
  'signing-key': signingKey,
  swarm: swarmCluster,
  stack,
  'swarm-member': (want: Want) =>
    swarmMember({
      ...want,
      token: swarmCluster.ref('mail-1', 'mail', ({ tokens }) => tokens?.worker ?? new Secret('')),
    } as never),
  'swarm-node': swarmNode,
  sysctl,
  timer,
  'ufw-openings': ufwOpenings,
  user,
};

const script = (text: unknown) => (text === undefined ? undefined : raw(String(text)));

function revive(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'secret' in content
    ? new Secret(String(content.secret))
    : content;
}
