import { type Drift, drift } from './drift-rounds.ts';
import { FIREWALL_DRIFTS } from './firewalls.ts';

/** What people do to what a machine is given, with Docker's own packages, a firewall and unbound, and to a small swarm. */
const LEAD = 'node-1';
const WORKERS = ['node-2', 'node-3'];

export const NETWORKS = {
  mail: { subnet: '10.202.0.0/24', attachable: true },
  spare: { subnet: '10.203.0.0/24' },
};

const KEYRING = '/etc/apt/keyrings/provision-docker.asc';
const NM_CONF = '/etc/NetworkManager/NetworkManager.conf';
const EARLY = 'unbound-resolvconf.service';

const OWN = (node: string): readonly Drift[] => [
  drift('signing-key', node, `rm ${KEYRING}`, [`${node}: signing-key ${KEYRING}: fingerprint`]),
  drift('signing-key', node, `echo stranger >${KEYRING}`, [`${node}: signing-key ${KEYRING}: fingerprint`]),
  drift('file', node, 'echo >>/etc/apt/sources.list.d/provision-docker.sources', [
    `${node}: file /etc/apt/sources.list.d/provision-docker.sources: content`,
  ]),
  drift('masked', node, `systemctl -q unmask ${EARLY}`, [`${node}: masked ${EARLY}: masked`]),
  drift('resolver', node, 'systemctl -q disable unbound', [`${node}: resolver unbound: unbound`]),
  drift('resolver', node, 'systemctl stop unbound', [`${node}: resolver unbound: unbound`]),
  drift('resolver', node, `sed -i /^dns=/d ${NM_CONF}`, [`${node}: resolver unbound: dns in ${NM_CONF}`]),
  drift(
    'resolver',
    node,
    "chattr -i /etc/resolv.conf; echo 'nameserver 203.0.113.9' >/etc/resolv.conf",
    [`${node}: resolver unbound: name server in /etc/resolv.conf`],
    {
      touches: [`resolver ${node}`, `container-resolver ${node}`],
      bound: [`${node}: container-resolver mail: answers to containers`],
    },
  ),
  drift('container-resolver', node, 'rm /var/lib/provision/containers-resolve-mail', [
    `${node}: container-resolver mail: answers to containers`,
  ]),
  drift('docker-daemon', node, 'chmod 0600 /etc/docker/daemon.json', [
    `${node}: docker-daemon /etc/docker/daemon.json: mode`,
  ]),
];

/** By its id, the newest: one that left and joined anew is listed twice under its name, for a moment as ready both times. */
const idOf = (node: string) =>
  `$(docker node inspect --format '{{.CreatedAt}} {{.ID}} {{.Description.Hostname}}' $(docker node ls --quiet) | sort | sed -n 's/.* \\(.*\\) ${node}$/\\1/p' | tail -n 1)`;

const MEMBERS = WORKERS.flatMap((node): readonly Drift[] => [
  drift(
    'swarm-node',
    LEAD,
    `docker node update --availability pause ${idOf(node)} >/dev/null`,
    [`${LEAD}: swarm-node ${node}: availability`],
    { touches: [`member ${node}`] },
  ),
  drift(
    'swarm-node',
    LEAD,
    `docker node update --label-rm rack ${idOf(node)} >/dev/null`,
    [`${LEAD}: swarm-node ${node}: label rack`],
    { touches: [`member ${node}`] },
  ),
  // It joins as another node, of whose labels nothing is known before.
  drift('swarm-member', node, 'docker swarm leave >/dev/null', [`${node}: swarm-member lab: membership`], {
    touches: [`member ${node}`, `container-resolver ${node}`, 'networks'],
    unknown: [`${LEAD}: swarm-node ${node}`],
    found: [`${LEAD}: swarm-node ${node}: label rack`],
  }),
]);

/** Until all nodes have let go of it, there can be no other. */
const WITHOUT_INGRESS =
  'echo y | docker network rm ingress >/dev/null; while docker network inspect ingress >/dev/null 2>&1; do sleep 1; done';

const SWARM: readonly Drift[] = [
  drift('ingress-network', LEAD, WITHOUT_INGRESS, [`${LEAD}: ingress-network ingress: network`], {
    touches: ['networks'],
  }),
  drift(
    'ingress-network',
    LEAD,
    `${WITHOUT_INGRESS}; docker network create --driver overlay --ingress ingress >/dev/null`,
    [`${LEAD}: ingress-network ingress: mtu`],
    { touches: ['networks'] },
  ),
  drift(
    'docker-network',
    LEAD,
    'docker network rm spare >/dev/null',
    [`${LEAD}: docker-network spare: network`],
    {
      touches: ['networks'],
    },
  ),
  {
    kind: 'swarm',
    touches: [
      'networks',
      ...WORKERS.map((node) => `member ${node}`),
      ...[LEAD, ...WORKERS].map((node) => `container-resolver ${node}`),
    ],
    done: [...WORKERS, LEAD].map((node) => ({ node, command: 'docker swarm leave --force >/dev/null' })),
    lines: [
      `${LEAD}: swarm lab: swarm`,
      ...WORKERS.map((node) => `${node}: swarm-member lab: membership`),
      ...Object.keys(NETWORKS).map((name) => `${LEAD}: docker-network ${name}: network`),
    ],
    unknown: [
      ...[LEAD, ...WORKERS].map((node) => `${LEAD}: swarm-node ${node}`),
      `${LEAD}: ingress-network ingress`,
    ],
    found: [
      ...[LEAD, ...WORKERS].map((node) => `${LEAD}: swarm-node ${node}: label rack`),
      `${LEAD}: ingress-network ingress: mtu`,
    ],
  },
];

export const MACHINE_DRIFTS: readonly Drift[] = [
  ...[LEAD, ...WORKERS].flatMap(OWN),
  ...FIREWALL_DRIFTS,
  ...MEMBERS,
  ...SWARM,
];
