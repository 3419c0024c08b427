import { NODES } from './harness.ts';
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
