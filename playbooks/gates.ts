import {
  byName,
  type Cluster,
  decideSwarm,
  entryOf,
  type Finding,
  type Gate,
  isBack,
  type MachineFacts,
  membershipOf,
  type ReachedHost,
  type SwarmFacts,
  sh,
  survivesWithout,
} from 'provision-swarm';

interface Facts {
  readonly machine: MachineFacts;
  readonly swarm: SwarmFacts;
}
type Member = ReachedHost<unknown, Facts>;
type Members = Cluster<unknown, unknown, Facts>;

type Ask = (nodeId: string) => Gate['probe'];

/** Who is to be a manager is no matter here: what a host is in decides. */
export const asManager = (host: Members['hosts'][number]) => ({
  ...host,
  settings: { role: 'manager' as const },
});

/** Asked of another manager where there is one: this host's own Docker is restarted. */
function gate(host: Member, cluster: Members, title: string, ask: Ask): Gate | undefined {
  const decision = decideSwarm(cluster.hosts.map(asManager));
  const nodeId = membershipOf(asManager(host))?.nodeId;
  if (decision.kind !== 'exists' || nodeId === undefined) return undefined;
  const [other = host] = cluster.hosts
    .toSorted(byName)
    .filter(({ name, facts }) => name !== host.name && facts?.swarm.info?.control === true);
  return {
    title,
    on: other.name,
    probe: ask(nodeId),
    patience: 120,
    fix: [
      other.onHost('docker node ls'),
      host.onHost('systemctl status docker; journalctl -u docker --since -10min | tail -n 50'),
      'bring back what is down, and run again: it goes on from where the hosts are',
    ],
  };
}

/** A member is back in the swarm. Where no manager ran before, a manager is asked itself, once its Docker runs. */
export function backInSwarm(host: Member, cluster: Members): Gate | undefined {
  const title = `${host.name} is back in the swarm`;
  const membership = host.facts.swarm.membership;
  const asked = gate(host, cluster, title, isBack);
  if (asked !== undefined || membership?.role !== 'manager') return asked;
  return {
    title,
    on: host.name,
    probe: isBack(membership.nodeId),
    patience: 120,
    fix: [
      host.onHost('docker node ls; docker info; journalctl -u docker --since -10min | tail -n 50'),
      'start the other managers, of which a majority is needed, and run again',
    ],
  };
}

/**
 * Docker of this host can be stopped: the swarm keeps its majority, and no other run can stop another manager at the same
 * time. A run holds the lock of every host that it reaches, so two runs that each reach a majority of the managers share one. A worker
 * costs no majority, whomever this run reaches.
 */
export function majorityWithout(host: Member, cluster: Members): Gate | undefined {
  const title = `the swarm keeps its majority without ${host.name}`;
  const asked = gate(host, cluster, title, survivesWithout);
  const decision = decideSwarm(cluster.hosts.map(asManager));
  if (decision.kind === 'refused' && membershipOf(asManager(host)) !== undefined) {
    const [finding] = decision.findings;
    const reason = finding?.message ?? 'what the hosts say of the swarm is not clear';
    return closed(host.name, title, reason, finding?.fix ?? []);
  }
  if (asked === undefined || decision.kind !== 'exists') return asked;
  const entry = entryOf(asManager(host), decision.nodes);
  // It is asked all the same: somebody may have promoted it since.
  if (entry?.role === 'worker' && entry.manager === undefined) return asked;
  const managers = decision.nodes.filter(({ manager }) => manager !== undefined);
  const locked = new Set(cluster.hosts.map((other) => membershipOf(asManager(other))?.nodeId));
  const others = managers.filter(({ id }) => !locked.has(id));
  const ours = managers.length - others.length;
  if (managers.length === 0 || ours > managers.length / 2) return asked;
  return closed(
    asked.on,
    title,
    `this run reaches ${ours} of its ${managers.length} managers, so another run could stop one that this one does not see`,
    [
      `let this run reach more of them: bring back, or put into the inventory, ${others.map(({ hostname, address }) => `${hostname} (${address ?? 'no address'})`).join(', ')}`,
    ],
  );
}

/** A swarm of two managers is without a leader while Docker of one is restarted. A person who reads the plan knows it before. */
export function twoManagers(cluster: Members): readonly Finding[] {
  const decision = decideSwarm(cluster.hosts.map(asManager));
  if (decision.kind !== 'exists') return [];
  const managers = decision.nodes.filter(({ manager }) => manager !== undefined);
  if (managers.length !== 2) return [];
  return [
    {
      level: 'warn',
      code: 'two-managers',
      message: `the swarm has two managers (${managers.map(({ hostname }) => hostname).join(', ')}): while Docker of one of them is restarted it has no leader for some seconds. What runs goes on, and nothing is lost; what fails in that time is started again after it`,
      fix: [
        'nothing has to be done: with one manager or three of them, as the inventory has it, this ends with the run',
      ],
    },
  ];
}

/** A gate that is known not to open in this run. */
function closed(on: string, title: string, reason: string, fix: readonly string[]): Gate {
  return {
    title,
    on,
    probe: { script: sh`:`, parse: () => reason },
    patience: 0,
    ...(fix.length > 0 ? { fix } : {}),
  };
}
