import { type Drift, drift } from './drift-rounds.ts';
import { NODES } from './harness.ts';
import { nodeNamed } from './node.ts';
import { on } from './steps.ts';

/** Each node with a firewall of another kind, that lets nobody in but to ssh. */
const FIREWALLS = {
  'node-1': `apt-get -qq -y --no-install-recommends install ufw >/dev/null
    ufw allow 22/tcp >/dev/null && ufw --force enable >/dev/null`,
  'node-2':
    'apt-get -qq -y --no-install-recommends install firewalld >/dev/null && systemctl start firewalld',
  'node-3': `apt-get -qq -y --no-install-recommends install nftables >/dev/null
    cat >/etc/nftables.conf <<'END'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif lo accept
    meta l4proto icmp accept
    tcp dport 22 accept
  }
}
END
    systemctl start nftables`,
} as const;

/** Closes the three nodes. */
export async function closeFirewalls(): Promise<void> {
  await Promise.all(
    NODES.map((node) =>
      on(node, `export DEBIAN_FRONTEND=noninteractive; apt-get -qq update; ${FIREWALLS[node]}`),
    ),
  );
}

const address = (node: string) => nodeNamed(node).address;

/** What is closed again by hand, on each. */
export const FIREWALL_DRIFTS: readonly Drift[] = [
  drift(
    'ufw-openings',
    'node-1',
    `ufw delete allow proto udp from ${address('node-2')} to any port 4789,7946 >/dev/null`,
    [`node-1: ufw-openings peers: udp 4789,7946 from ${address('node-2')}`],
  ),
  drift(
    'firewalld-openings',
    'node-2',
    `firewall-cmd -q --remove-rich-rule='rule family="ipv4" source address="${address('node-1')}" port port="2377" protocol="tcp" accept'`,
    [
      `node-2: firewalld-openings peers: rule family="ipv4" source address="${address('node-1')}" port port="2377" protocol="tcp" accept`,
    ],
  ),
  drift(
    'nftables-openings',
    'node-3',
    "nft delete rule inet filter input handle $(nft -a list chain inet filter input | sed -n 's/.*udp dport.*# handle //p')",
    [
      `node-3: nftables-openings peers: ip saddr { ${address('node-1')}, ${address('node-2')} } udp dport { 4789, 7946 } accept comment "provision"`,
    ],
  ),
];
