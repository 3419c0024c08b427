import {
  byName,
  type Cluster,
  decideSwarm,
  type Gate,
  isBack,
  type MachineFacts,
  membershipOf,
  type ReachedHost,
  type SwarmFacts,
  sh,
  survivesWithout,
} from 'provision';

interface Facts {
  readonly machine: MachineFacts;
  readonly swarm: SwarmFacts;
}
type Member = ReachedHost<unknown, Facts>;
type Members = Cluster<unknown, unknown, Facts>;

type Ask = (nodeId: string) => Gate['probe'];

const asManager = (host: Members['hosts'][number]) => ({
  ...host,
  settings: { role: 'manager' as const },
});

/** Asked of another manager where there is one: this host's own Docker is restarted. */
function gate(host: Member, cluster: Members, title: string, ask: Ask): Gate | undefined {
  const decision = decideSwarm(cluster.hosts.map(asManager));
  const nodeId = membershipOf(asManager(host))?.nodeId;
  if (decision.kind !== 'exists' || nodeId === undefined) return undefined;
  const [other] = cluster.hosts
    .toSorted(byName)
    .filter(({ name, facts }) => name !== host.name && facts?.swarm.info?.control === true);
  return { title, on: (other ?? host).name, probe: ask(nodeId), patience: 120 };
}

/** A member is back in the swarm. Where no manager ran before, a manager is asked itself, once its Docker runs. */
export function backInSwarm(host: Member, cluster: Members): Gate | undefined {
  const title = `${host.name} is back in the swarm`;
  const membership = host.facts.swarm.membership;
  const asked = gate(host, cluster, title, isBack);
  if (asked !== undefined || membership?.role !== 'manager') return asked;
  return { title, on: host.name, probe: isBack(membership.nodeId), patience: 120 };
}

/**
 * Docker of this host can be stopped: the swarm keeps its majority, and no other run can stop another manager at the same
 * time. A run holds the lock of every host that it reaches, so two runs that each reach a majority of the managers share one.
 */
export function majorityWithout(host: Member, cluster: Members): Gate | undefined {
  const title = `the swarm keeps its majority without ${host.name}`;
  const asked = gate(host, cluster, title, survivesWithout);
  const decision = decideSwarm(cluster.hosts.map(asManager));
  if (decision.kind === 'refused' && membershipOf(asManager(host)) !== undefined)
    return closed(
      host.name,
      title,
      decision.findings[0]?.message ?? 'what the hosts say of the swarm is not clear',
    );
  if (asked === undefined || decision.kind !== 'exists') return asked;
  const managers = decision.nodes.filter(({ manager }) => manager !== undefined);
  const locked = new Set(cluster.hosts.map((other) => membershipOf(asManager(other))?.nodeId));
  const ours = managers.filter(({ id }) => locked.has(id)).length;
  if (managers.length === 0 || ours > managers.length / 2) return asked;
  return closed(
    asked.on,
    title,
    `this run reaches ${ours} of its ${managers.length} managers, so another run could stop one that this one does not see`,
  );
}

/** A gate that is known not to open in this run. */
function closed(on: string, title: string, reason: string): Gate {
  return { title, on, probe: { script: sh`:`, parse: () => reason }, patience: 0 };
}
