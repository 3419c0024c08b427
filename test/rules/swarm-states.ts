import type { SwarmFacts, SwarmNode } from '../../src/facts/index.ts';
import type { SwarmHost } from '../../src/rules/swarm-host.ts';
import { sh } from '../../src/shell/index.ts';
import { host, node, says, worker } from './swarm.ts';

/** What a host may be in truth. What it says, and what it holds, follows from this and from the others. */
export const STATES = [
  'bare',
  'engine',
  'stopped',
  'removed with A',
  'hung',
  'hung in A',
  'silent',
  'silent in A',
  'A manager',
  'A worker',
  'A manager stopped',
  'A worker stopped',
  'B manager',
  'B worker',
  'locked',
  'pending',
  'error',
  'A elsewhere',
  'A elsewhere, stopped',
  'data root gone',
  // Its state is on the disk, and nothing shows it while its engine is stopped.
  'A manager unseen',
  // A manager whose disk was replaced: bare, or with an engine that runs and is in no swarm.
  'A wiped',
  'A wiped, running',
  // Another machine of its name, of an address that no host has, is a manager of A and is down.
  'namesake in A',
  // Forced into a new cluster out of A's state, with and without the entries of the others.
  'A forced',
  'A forced, alone',
  // The managers have removed it, and its own list says so.
  'A removed',
  // The same, and its engine does not run: started, it could elect itself.
  'A removed, stopped',
] as const;
export type State = (typeof STATES)[number];
export type Role = 'manager' | 'worker';

/** A host of the model. */
export interface Modelled {
  readonly state: State;
  readonly role: Role;
}

/** Whether the state of a swarm exists on this host, or may, whether or not anybody can see it. */
export function mayHold(state: State): boolean {
  return !['bare', 'engine', 'stopped', 'A wiped', 'A wiped, running', 'namesake in A'].includes(state);
}

/** Whether everything that can be asked of it shows nothing, though it holds the state of a swarm. */
export function isHidden(state: State): boolean {
  return state === 'A manager unseen';
}

/** Whether it has no part in a swarm that its leaving would take away. */
export function mayLeave(state: State): boolean {
  return state === 'A removed';
}

/** Whether its engine, once started, could go on as a swarm of its own beside managers that run. */
export function mustNotStart(state: State): boolean {
  return state === 'A removed, stopped';
}

/** Whether it could not be asked, so that nobody may conclude anything from what was not seen. */
export function isUnheard(state: State): boolean {
  return ['hung', 'hung in A', 'silent', 'silent in A', 'data root gone'].includes(state);
}

/** Where an engine keeps its data that somebody has moved: a name that a shell and YAML have to be given in quotes. */
export const ROOT = "/srv/o'brien disk/docker";

const CLUSTER = { A: 'cluster-1', B: 'other' } as const;
const MANAGES =
  /^([AB]) manager|^removed with (A)|^(?:hung|silent) in (A)|^locked$|^(A) elsewhere|^(A) wiped|^(A) forced/;

const nameOf = (index: number) => `mail-${index + 1}`;

/** The managers' list of a swarm, and whether it has a quorum, by the truth about all hosts. */
function swarmOf(which: 'A' | 'B', hosts: readonly Modelled[]): readonly SwarmNode[] | undefined {
  const nodes = hosts.flatMap(({ state }, index): SwarmNode[] => {
    const found = MANAGES.exec(state);
    const manages = found !== null && (found.slice(1).find((one) => one !== undefined) ?? 'A') === which;
    const name = nameOf(index);
    const id = `${which}${index}`;
    if (state === 'namesake in A' && which === 'A') {
      const manager = { leader: false, reachable: false, address: `198.51.100.${index + 1}:2377` };
      return [node(name, `S${index}`, { ready: false, address: `198.51.100.${index + 1}`, manager })];
    }
    if (manages) {
      const up = state === `${which} manager` || state === 'hung in A' || state === 'silent in A';
      const manager = { leader: false, reachable: up, address: `192.0.2.${index + 1}:2377` };
      return [node(name, id, { ready: up, manager })];
    }
    return state.startsWith(`${which} worker`)
      ? [worker(name, id, { ready: !state.endsWith('stopped') })]
      : [];
  });
  const managers = nodes.filter(({ manager }) => manager !== undefined);
  const up = managers.filter(({ manager }) => manager?.reachable).length;
  return up > managers.length / 2 ? nodes : undefined;
}

function factsOf(index: number, hosts: readonly Modelled[], lists: Lists): SwarmFacts | undefined {
  const state = (hosts[index] as Modelled).state;
  const stored = (role: Role) => ({ clusterId: CLUSTER.A, nodeId: `A${index}`, role });
  const member = (which: 'A' | 'B', role: Role) => ({
    membership: { clusterId: CLUSTER[which], nodeId: `${which}${index}`, role },
    info: says.info({
      state: 'active',
      control: role === 'manager',
      nodeId: `${which}${index}`,
      ...(role === 'manager' && lists[which] !== undefined ? { clusterId: CLUSTER[which] } : {}),
    }),
    nodes: role === 'manager' ? lists[which] : undefined,
  });
  /** A manager by its own word, with a list of its own. */
  const apart = (nodes: readonly SwarmNode[]) =>
    says.facts({ ...member('A', 'manager'), info: controls(index), nodes });
  const elsewhere = [{ root: ROOT, ...stored('manager') }];
  switch (state) {
    case 'bare':
      return says.bare;
    case 'engine':
      return says.inactive;
    case 'stopped':
      return says.facts({ engine: 'stopped' });
    case 'removed with A':
      return says.facts({ engine: 'absent', membership: stored('manager') });
    case 'hung':
      return says.nothing;
    case 'hung in A':
      return { ...says.nothing, membership: stored('manager') };
    case 'silent':
    case 'silent in A':
      return undefined;
    case 'A manager':
      return says.facts(member('A', 'manager'));
    case 'A worker':
      return says.facts(member('A', 'worker'));
    case 'A manager stopped':
      return says.facts({ engine: 'stopped', membership: stored('manager') });
    case 'A removed, stopped':
      return says.facts({ engine: 'stopped', root: ROOT, membership: stored('manager') });
    case 'A worker stopped':
      return says.facts({ engine: 'stopped', root: ROOT, membership: stored('worker') });
    case 'B manager':
      return says.facts(member('B', 'manager'));
    case 'B worker':
      return says.facts(member('B', 'worker'));
    case 'locked':
    case 'pending':
    case 'error':
      return says.state(state);
    case 'A elsewhere':
      return says.facts({ info: says.info({}), elsewhere });
    case 'A elsewhere, stopped':
      return says.facts({ engine: 'stopped', elsewhere });
    case 'A manager unseen':
      return says.facts({ engine: 'stopped' });
    case 'A wiped':
    case 'namesake in A':
      return says.bare;
    case 'A wiped, running':
      return says.inactive;
    case 'A forced':
      return apart(forced(index, hosts));
    case 'A forced, alone':
      return apart(forced(index, hosts).filter(({ id }) => id === `A${index}`));
    case 'A removed':
      return apart(lists.A ?? []);
    case 'data root gone':
      return says.facts({
        engine: 'stopped',
        root: ROOT,
        unknown: `${ROOT} is not there`,
        looks: [sh`findmnt -T ${ROOT}; ls -la ${ROOT}`.shown],
      });
  }
}

const controls = (index: number) =>
  says.info({ state: 'active', control: true, nodeId: `A${index}`, clusterId: CLUSTER.A });

/** The list of one that was forced into a new cluster: itself alone is a manager, and it hears nobody of the others. */
function forced(index: number, hosts: readonly Modelled[]): readonly SwarmNode[] {
  return hosts.flatMap(({ state }, at) => {
    const manages = MANAGES.exec(state);
    if (at === index) return [node(nameOf(at), `A${at}`)];
    if (manages === null || /^B/.test(state)) return [];
    return [worker(nameOf(at), `A${at}`, { ready: false })];
  });
}

interface Lists {
  readonly A: readonly SwarmNode[] | undefined;
  readonly B: readonly SwarmNode[] | undefined;
}

/** The hosts as a run sees them. */
export function seen(hosts: readonly Modelled[]): readonly SwarmHost[] {
  const lists = { A: swarmOf('A', hosts), B: swarmOf('B', hosts) };
  return hosts.map(({ role }, index) => host(nameOf(index), role, factsOf(index, hosts, lists)));
}
