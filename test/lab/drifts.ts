/** What people and programs do to machines by hand, and what a plan has to say of it. */
export interface Drift {
  /** The kind of resource that it is about. */
  readonly kind: string;
  /** What it touches: two of the same are not made at once. */
  readonly touches: string;
  /** The node that the command runs on. */
  readonly node: string;
  readonly command: string;
  /** The lines of the plan, all of them. */
  readonly lines: readonly string[];
}

const NODES = ['node-1', 'node-2', 'node-3'];
/** The swarm is told, and the shared storage is written, through this one. */
const LEAD = 'node-1';
const PACKAGES = 'docker.io docker-cli apparmor ca-certificates iptables';

type Make = (node: string) => Omit<Drift, 'node' | 'touches'> & { readonly touches?: string };

/** Drifts of every node by itself. */
const OWN: readonly Make[] = [
  (node) => ({
    kind: 'sysctl',
    command: 'sysctl -qw net.core.somaxconn=99',
    lines: [`${node}: sysctl /etc/sysctl.d/zz-provision.conf: net.core.somaxconn`],
  }),
  (node) => ({
    kind: 'sysctl',
    command: 'rm /etc/sysctl.d/zz-provision.conf',
    lines: [`${node}: sysctl /etc/sysctl.d/zz-provision.conf: after a boot`],
  }),
  (node) => ({
    kind: 'hosts-entries',
    command: "sed -i '/ node-2$/d' /etc/hosts",
    lines: [`${node}: hosts-entries /etc/hosts: entries`],
  }),
  (node) => ({
    kind: 'user',
    command: 'rm /home/anna/.ssh/authorized_keys',
    lines: [`${node}: user anna: key anna@desk`],
  }),
  (node) => ({
    kind: 'user',
    command: 'userdel -r anna 2>/dev/null; rm -f /etc/sudoers.d/90-provision-anna',
    lines: [`${node}: user anna: account`, `${node}: user anna: key anna@desk`, `${node}: user anna: sudo`],
  }),
  (node) => ({
    kind: 'file',
    command: 'echo drift >>/usr/local/sbin/provision-lease',
    lines: [`${node}: file /usr/local/sbin/provision-lease: content`],
  }),
  (node) => ({
    kind: 'file',
    command: 'chmod 0700 /usr/local/sbin/provision-lease; chgrp daemon /usr/local/sbin/provision-lease',
    lines: [
      `${node}: file /usr/local/sbin/provision-lease: group`,
      `${node}: file /usr/local/sbin/provision-lease: mode`,
    ],
  }),
  (node) => ({
    kind: 'drop-in',
    command: 'chmod 0600 /etc/systemd/system/docker.service.d/provision-storage.conf',
    lines: [`${node}: drop-in docker.service/provision-storage: mode`],
  }),
  (node) => ({
    kind: 'drop-in',
    command: 'rm /etc/systemd/system/docker.service.d/provision-storage.conf; systemctl daemon-reload',
    lines: [`${node}: drop-in docker.service/provision-storage: content`],
  }),
  (node) => ({
    kind: 'packages',
    command: 'apt-get -qq -y remove apparmor >/dev/null',
    lines: [`${node}: packages ${PACKAGES}: apparmor`],
  }),
  (node) => ({
    kind: 'service',
    command: 'systemctl -q disable docker.service',
    lines: [`${node}: service docker.service: enabled`],
  }),
  (node) => ({
    kind: 'docker-daemon',
    command: 'chmod 0600 /etc/docker/daemon.json',
    lines: [`${node}: docker-daemon /etc/docker/daemon.json: mode`],
  }),
  (node) => ({
    kind: 'masked',
    command: 'systemctl -q unmask unbound-resolvconf.service',
    lines: [`${node}: masked unbound-resolvconf.service: masked`],
  }),
  (node) => ({
    kind: 'mount',
    command: 'systemctl -q disable mailu.mount',
    lines: [`${node}: mount /mailu: enabled`],
  }),
  (node) => ({
    kind: 'swarm-node',
    touches: `swarm-node ${node}`,
    command: `docker node update --label-add drift=yes ${node} >/dev/null`,
    lines: [`${LEAD}: swarm-node ${node}: label drift`],
  }),
];

/** Drifts of what all share. */
const SHARED: readonly Omit<Drift, 'node'>[] = [
  {
    kind: 'directory',
    touches: '/mailu/.provision',
    command: 'chmod 0755 /mailu/.provision',
    lines: [`${LEAD}: directory /mailu/.provision: mode`],
  },
  {
    kind: 'data-directory',
    touches: '/mailu/overrides/snappymail',
    command: 'rmdir /mailu/overrides/snappymail',
    lines: [`${LEAD}: data-directory /mailu/overrides/snappymail: directory`],
  },
  {
    kind: 'docker-superseded',
    touches: 'secrets',
    command:
      'echo old | docker secret create --label provision.version-of=mailu_certificate-key mailu_certificate-key_000000000000 - >/dev/null',
    lines: [`${LEAD}: docker-superseded secret mailu_certificate-key: mailu_certificate-key_000000000000`],
  },
  {
    kind: 'gluster-volume',
    touches: 'volume',
    command: 'gluster volume set mailu network.ping-timeout 33 >/dev/null',
    lines: [`${LEAD}: gluster-volume mailu: network.ping-timeout`],
  },
  {
    kind: 'stack',
    touches: 'antispam',
    command: 'docker service update -d --env-add DRIFT=yes mailu_antispam >/dev/null',
    lines: [`${LEAD}: stack mailu: antispam environment DRIFT`],
  },
  {
    kind: 'stack',
    touches: 'antispam',
    command: 'docker service rm mailu_antispam >/dev/null',
    lines: [`${LEAD}: stack mailu: service antispam`],
  },
];

export const DRIFTS: readonly Drift[] = [
  ...NODES.flatMap((node) =>
    OWN.map((make): Drift => {
      const drift = make(node);
      return { touches: `${drift.kind} ${node}`, node, ...drift };
    }),
  ),
  ...SHARED.map((drift) => ({ ...drift, node: LEAD })),
];

/** Numbers that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Up to `most` drifts that do not touch the same. */
export function pick(random: () => number, most: number): readonly Drift[] {
  const count = 1 + Math.floor(random() * most);
  const picked: Drift[] = [];
  while (picked.length < count) {
    const drift = DRIFTS[Math.floor(random() * DRIFTS.length)] as Drift;
    if (!picked.some(({ touches }) => touches === drift.touches)) picked.push(drift);
  }
  return picked;
}
