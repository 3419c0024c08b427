import { type Probe, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { unitRuns } from './systemd-units.ts';

export interface FirewallFacts {
  /** What decides which packets come in, where one of these does. */
  readonly kind: 'firewalld' | 'ufw' | 'nftables' | 'none';
  /** Addresses that we have let in by it. */
  readonly opened: readonly string[];
}

const ADDRESS = /\b\d+\.\d+\.\d+\.\d+\b/g;

/**
 * Which firewall runs here. ufw is on by its own file, whatever systemd says of its unit; nftables where its file filters what
 * comes in. `opened` is read from where our rules are kept, which costs no program in Python.
 */
export const firewallFacts: Probe<FirewallFacts> = {
  script: sh`
    if ${unitRuns('firewalld.service')}; then
      echo firewalld
      cat /etc/firewalld/zones/*.xml 2>/dev/null | grep -o 'source address="[0-9.]*"'
    elif grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then
      echo ufw
      grep 'comment=70726f766973696f6e$' /etc/ufw/user.rules | cut -d' ' -f9
    elif ${unitRuns('nftables.service')} &&
      grep -Eq 'hook[[:space:]]+input' /etc/nftables.conf 2>/dev/null; then
      echo nftables
      cat /etc/nftables.d/provision.nft 2>/dev/null
    else
      echo none
    fi
    exit 0`,
  parse(output) {
    const [kind = '', ...rest] = output.stdout.split('\n');
    if (kind !== 'firewalld' && kind !== 'ufw' && kind !== 'nftables' && kind !== 'none')
      throw new ProbeError('could not see which firewall runs', output);
    return { kind, opened: [...new Set(rest.join('\n').match(ADDRESS) ?? [])] };
  },
};
