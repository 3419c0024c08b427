import { type Drift, drift } from './drift-rounds.ts';

/** The key of a person who is given a login. */
export const KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEuP0c2zCk1n5p1yq8vU0R6lH1vO6vQe0E1yX3bqg8kq anna@desk';

const NODES = ['node-1', 'node-2', 'node-3'];
/** The swarm is told, and the shared storage is written, through this one. */
const LEAD = 'node-1';
const PACKAGES = 'docker.io docker-cli apparmor ca-certificates iptables';

type One = { readonly kind: string; readonly command: string; readonly lines: readonly string[] };

/** Drifts of every node by itself. */
const OWN: readonly ((node: string) => One & { readonly touches?: string })[] = [
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
    command: `docker node update --label-add rack=elsewhere ${node} >/dev/null`,
    lines: [`${LEAD}: swarm-node ${node}: label rack`],
  }),
];

/** Drifts of what all share. */
const SHARED: readonly (One & {
  readonly touches: string;
  readonly bound?: readonly string[];
  readonly found?: readonly string[];
})[] = [
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
  {
    kind: 'node-label',
    touches: 'front',
    command: 'docker node update --label-add provision.front=no node-3 >/dev/null',
    lines: [`${LEAD}: node-label node-3 front: label provision.front`],
    // Swarm takes front away from there, and starts it once the label is back: a run waits for that.
    found: [`${LEAD}: stack mailu: front tasks`],
  },
  {
    kind: 'same-view',
    touches: '/mailu/.provision/view',
    command: 'echo other >/mailu/.provision/view',
    lines: [`${LEAD}: file /mailu/.provision/view: content`],
    bound: [
      'node-2: same-view /mailu/.provision/view: seen',
      'node-3: same-view /mailu/.provision/view: seen',
    ],
  },
  {
    kind: 'block',
    touches: 'dovecot.conf',
    command: 'sed -i s/always/never/ /mailu/overrides/dovecot/dovecot.conf',
    lines: [`${LEAD}: block /mailu/overrides/dovecot/dovecot.conf: content`],
  },
  {
    kind: 'mailu-accounts',
    touches: 'DKIM key',
    command: 'rm /mailu/dkim/example.org.dkim.key',
    lines: [`${LEAD}: mailu-accounts example.org: DKIM key`],
  },
  {
    kind: 'docker-secret',
    touches: 'front',
    command:
      'docker service rm mailu_front >/dev/null; docker secret rm $(docker secret ls -qf label=provision.version-of=mailu_certificate-key) >/dev/null',
    lines: [`${LEAD}: docker-secret mailu_certificate-key: version`, `${LEAD}: stack mailu: service front`],
  },
];

export const MAIL_DRIFTS: readonly Drift[] = [
  ...NODES.flatMap((node) =>
    OWN.map((make): Drift => {
      const { kind, command, lines, touches = `${kind} ${node}` } = make(node);
      return drift(kind, node, command, lines, { touches: [touches] });
    }),
  ),
  ...SHARED.map(({ kind, command, lines, touches, bound = [], found = [] }) =>
    drift(kind, LEAD, command, lines, { touches: [touches], bound, found }),
  ),
];
