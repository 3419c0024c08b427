import { type Finding, isReached, overlaps } from 'provision-swarm';
import type { Mailu, MailuCluster, Reached } from '../settings/mailu.ts';
import { inspectCertificate } from './certificate.ts';
import { onOneHost } from './copies.ts';
import { inspectVersions } from './forward.ts';
import { inspectEnding, inspectLeft, inspectMoved, inspectUnseen, OTHER_ROOT } from './left.ts';
import { inspectNeighbours } from './neighbours.ts';
import { smallestMtu } from './network.ts';
import { inspectOverrides } from './overrides.ts';
import { inspectPorts } from './ports-in-use.ts';
import { inspectQueue } from './queue.ts';
import { inspectSelector } from './selector.ts';

/** What the hosts show to be wrong, or worth a word, before anything is changed. */
export function* inspectMailu(cluster: MailuCluster): Iterable<Finding> {
  const { settings: mailu } = cluster;
  if (mailu === undefined) return yield* inspectLeft(cluster);
  const moved = inspectMoved(mailu, cluster);
  yield warn(
    'mailu-on-swarm',
    `Mailu's makers have not tested swarm since ${mailu.family.legacy ? 'they gave it up with 1.9' : '1.9'}; what they warn of is handled here or refused`,
  );
  yield* cluster.hosts.filter(isReached).flatMap((host) => ranges(mailu, host));
  yield* inspectPorts(mailu, cluster);
  yield* onOneHost(mailu, cluster);
  yield* inspectNeighbours(mailu, cluster);
  yield* inspectVersions(mailu, cluster);
  yield* inspectSelector(mailu, cluster);
  yield* moved;
  yield* inspectEnding(mailu, cluster);
  yield* inspectUnseen(cluster);
  yield* inspectOverrides(mailu, cluster);
  // With everything else, the queue is below the other root.
  if (!moved.some(({ code }) => code === OTHER_ROOT)) yield* inspectQueue(cluster);
  yield* consequences(mailu);
  yield* inspectCertificate(mailu, cluster);
  yield* meshMtu(mailu, cluster);
  yield* oldImages(mailu);
}

const warn = (code: string, message: string, ...fix: string[]): Finding => ({
  level: 'warn',
  code,
  message,
  fix,
});

/** Whoever has an address in Mailu's own network may send to anybody, and read any mailbox. */
function ranges(mailu: Mailu, { name: host, facts: { machine, networks } }: Reached): readonly Finding[] {
  const { subnet, name } = mailu.network;
  const refuse = (code: string, message: string, ...fix: string[]): Finding => ({
    level: 'refuse',
    code,
    host,
    message,
    fix,
  });
  const docker = Object.entries(networks.docker)
    .filter(([network]) => network !== name)
    .flatMap(([network, subnets]) => subnets.map((range) => [network, range] as const));
  const outside = [...machine.routes, ...machine.addresses.map(({ cidr }) => cidr)].map(
    (range) => ['the network of this host', range] as const,
  );
  return [
    ...[...docker.map(([network, range]) => [`Docker's network ${network}`, range] as const), ...outside]
      .filter(([, range]) => overlaps([subnet], [range]).length > 0)
      .map(([what, range]) =>
        refuse(
          'subnet-not-alone',
          `${subnet}, which Mailu trusts, shares addresses with ${what} (${range}): it could send to anybody and read every mailbox`,
          'give mailu.network.subnet a range of its own, as in 10.203.0.0/24',
        ),
      ),
    ...docker
      .filter(([network]) => network === 'ingress' || network === 'docker_gwbridge')
      .flatMap(([network, range]) =>
        overlaps(
          mailu.relayNetworks.filter((relay) => !relay.includes(':')),
          [range],
        ).map(([relay]) =>
          refuse(
            'open-relay',
            `relayNetworks has ${relay}, and ${network} of Docker (${range}) is in it: connections from outside arrive with such an address, so anybody could send to anybody`,
            `take ${relay} out of mailu.relayNetworks, or make it smaller`,
          ),
        ),
      ),
  ];
}

function* consequences(mailu: Mailu): Iterable<Finding> {
  if (mailu.publish === 'ingress')
    yield warn(
      'ingress',
      'publish: ingress hides the addresses of clients: they all look like one, so limits on failed logins lock everybody out at once, and spam is judged without its sender',
    );
  if (mailu.tls.kind === 'notls')
    yield warn('notls', 'tls: notls sends passwords in clear, unless something in front of Mailu encrypts');
}

/** Docker makes the mesh for packets of 1500 bytes: on a smaller network long mails hang (libnetwork#2661, moby#36689). */
function* meshMtu(mailu: Mailu, cluster: MailuCluster): Iterable<Finding> {
  const smallest = smallestMtu(cluster);
  if (mailu.publish !== 'ingress' || (cluster.others.swarm.ingress?.mtu ?? 1500) <= smallest) return;
  yield warn(
    'ingress-mtu',
    `the network between the hosts carries ${smallest} bytes, and the mesh that takes the connections would send more: large mails would hang`,
    `write into the inventory: swarm: { ingress: { mtu: ${smallest} } }`,
  );
}

/** Images of 1.9 were to be taken off Docker Hub (Mailu's docs/releases.rst, 2.0). */
function* oldImages({ version, family, registry, images }: Mailu): Iterable<Finding> {
  const own = registry !== undefined || Object.keys(images).length > 0;
  if (!family.legacy || own) return;
  yield warn(
    'old-images',
    `the images of Mailu ${version} may be gone from Docker Hub; nodes that do not have them could not run them`,
    'write into the inventory where you have them: mailu: { registry: registry.example.org/mailu }',
  );
}
