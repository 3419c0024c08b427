import {
  type Cluster,
  decideSwarm,
  type Gate,
  isBack,
  type MachineFacts,
  membershipOf,
  type ReachedHost,
  type SwarmFacts,
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
  const others = cluster.hosts.filter(
    ({ name, facts }) => name !== host.name && facts?.swarm.info?.control === true,
  );
  return { title, on: (others[0] ?? host).name, probe: ask(nodeId), patience: 120 };
}

/** A member is back in the swarm. Where no manager ran before, a manager is asked itself, once its Docker runs. */
export function backInSwarm(host: Member, cluster: Members): Gate | undefined {
  const title = `${host.name} is back in the swarm`;
  const membership = host.facts.swarm.membership;
  const asked = gate(host, cluster, title, isBack);
  if (asked !== undefined || membership?.role !== 'manager') return asked;
  return { title, on: host.name, probe: isBack(membership.nodeId), patience: 120 };
}

/** Docker of this host can be stopped: the swarm keeps its majority. */
export function majorityWithout(host: Member, cluster: Members): Gate | undefined {
  return gate(host, cluster, `the swarm keeps its majority without ${host.name}`, survivesWithout);
}
