import type { Finding } from '../errors/index.ts';
import type { FirewallFacts, PortFact } from '../facts/index.ts';

/** TCP port of the managers' raft and API (docs.docker.com, swarm tutorial, "Open protocols and ports"). */
export const MANAGEMENT = 2377;
/** TCP and UDP port of the gossip between nodes. */
export const GOSSIP = 7946;

export interface SeenPorts {
  readonly name: string;
  readonly address: string;
  readonly settings: { readonly role: 'manager' | 'worker' };
  readonly facts:
    | { readonly ports: readonly PortFact[] | null; readonly firewall: FirewallFacts }
    | undefined;
  onHost(command: string): string;
}

/**
 * Pairs of hosts that do not reach each other. UDP cannot be tried; a closed port is open once swarm listens. With `opens`, a
 * firewall of the other host that does not know this one yet is about to let it in, and is asked about again after that.
 */
export function inspectPorts(hosts: readonly SeenPorts[], opens: boolean): readonly Finding[] {
  const reached = new Map(hosts.filter(({ facts }) => facts !== undefined).map((host) => [host.name, host]));
  return [...reached.values()].flatMap((from): readonly Finding[] => {
    if (from.facts?.ports === null)
      return [
        {
          level: 'warn',
          code: 'ports-not-tried',
          host: from.name,
          message: 'it has no bash, so whether it reaches the other hosts was not tried',
          fix: [from.onHost('apt-get -y install bash')],
        },
      ];
    const silent = (from.facts?.ports ?? []).filter(
      ({ host, port, state }) =>
        state === 'silent' &&
        (port === GOSSIP || reached.get(host)?.settings.role === 'manager') &&
        !(opens && isAboutToOpen(reached.get(host), from)),
    );
    return [...new Set(silent.map(({ host }) => host))]
      .map((name) => ({ to: reached.get(name), ports: silent.filter(({ host }) => host === name) }))
      .filter(({ to }) => to !== undefined)
      .map(({ to, ports }) => ({ to, ports: ports.map(({ port }) => port).join(' and ') }))
      .map(({ to, ports }) => ({
        level: 'refuse',
        code: 'port-blocked',
        host: from.name,
        message: `it does not reach ${to?.name} (${to?.address}) on TCP ${ports}: something drops the packets on the way`,
        fix: [
          `let ${from.name} (${from.address}) reach TCP 2377 and 7946 and UDP 7946 and 4789 of ${to?.name}: on both hosts, and on any firewall between them`,
        ],
      }));
  });
}

function isAboutToOpen(to: SeenPorts | undefined, from: SeenPorts): boolean {
  const firewall = to?.facts?.firewall;
  return firewall !== undefined && firewall.kind !== 'none' && !firewall.opened.includes(from.address);
}
