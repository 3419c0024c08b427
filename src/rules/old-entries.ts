import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { raw, sh } from '../shell/index.ts';
import { isManager, type SwarmHost } from './swarm-host.ts';

export const stateOf = ({ ready, unheard }: SwarmNode) =>
  ready ? 'ready' : unheard ? 'not heard of yet' : 'down';

/** Whether it may be alive: a manager that the others reach is, also where swarm calls it down (seen with Docker 26.1.5). */
export const mayLive = ({ ready, unheard, manager }: SwarmNode): boolean =>
  ready || unheard || manager?.reachable === true;

/** moby#34722, #36851: joining before the old entry is gone raises the number that a majority is counted from. */
export function cameBackEmpty(
  host: SwarmHost,
  old: SwarmNode,
  nodes: readonly SwarmNode[],
  lead: SwarmHost,
): Finding {
  const managers = nodes.filter(isManager).length;
  return {
    level: 'refuse',
    code: 'dead-manager',
    host: host.name,
    message: `it was a manager of this swarm and is in none now; the swarm still counts its old entry ${old.id} (${stateOf(old)}) as one of ${managers} managers. Joined beside it, it would be one of ${managers + 1}, and the swarm could lose its majority. If its disk was replaced, or Docker's data moved, and the old one is still there, bring that back: nothing has to be removed then. ${isGone(host) ? 'If its old state is lost, the old entry has to go first; its labels go with it' : 'Its Docker does not run, so whether its old state is lost is not known yet'}`,
    fix: isGone(host) ? [lead.onHost(onceDown(old))] : looksFor(host, old, lead),
  };
}

/**
 * Whether what this host was is gone: its engine runs and says that it is in no swarm, or there is nothing on it that an engine
 * leaves behind. One that is stopped may find its state again when it is started.
 */
function isGone({ facts }: SwarmHost): boolean {
  const swarm = facts?.swarm;
  return swarm?.info?.state === 'inactive' || (swarm?.engine === 'absent' && !swarm.past);
}

function looksFor(host: SwarmHost, old: SwarmNode, lead: SwarmHost): readonly string[] {
  const root = host.facts?.swarm.root ?? '/var/lib/docker';
  return [
    lead.onHost(sh`docker node inspect --pretty ${old.id}`.shown),
    host.onHost(sh`findmnt -T ${root}; ls -la ${root} ${`${root}/swarm`}; systemctl status docker`.shown),
    'start its Docker, or install it again, and run again: it then says itself whether it is in a swarm',
  ];
}

/** Removes an entry, but not that of a node which the managers still hear after a minute: that one is somebody. */
export function onceDown(node: SwarmNode): string {
  const format = '{{.Status.State}}{{with .ManagerStatus}} {{.Reachability}}{{end}}';
  return sh`i=0; until docker node inspect --format ${format} ${node.id} | grep -xE 'down( unreachable)?' || [ $i -ge 30 ]; do i=$((i + 1)); sleep 2; done; [ $i -lt 30 ] && ${raw(removal(node))}`
    .shown;
}

/** A manager can be removed once its demotion has been carried out, which takes some seconds. */
function removal({ id, ...node }: SwarmNode): string {
  const rm = sh`docker node rm --force ${id}`;
  if (!isManager({ id, ...node })) return rm.shown;
  return sh`docker node demote ${id} && for i in 1 2 3 4 5 6 7 8 9 10; do sleep 2; ${rm} && break; done`
    .shown;
}

export function oldWorker(host: SwarmHost, old: SwarmNode, lead: SwarmHost): Finding {
  return {
    level: 'warn',
    code: 'old-entry',
    host: host.name,
    message: `the swarm still lists its old entry ${old.id} (${stateOf(old)}) as a worker; it joins beside it as a new node. Once its old state is known to be lost and it is down, the old entry can go, and its labels with it`,
    fix: isGone(host) ? [lead.onHost(onceDown(old))] : looksFor(host, old, lead),
  };
}

/** An entry of a host that has joined anew, by our run or by hand. A run removes no node. */
export function leftOver(
  host: SwarmHost,
  old: SwarmNode,
  entry: SwarmNode,
  nodes: readonly SwarmNode[],
  lead: SwarmHost,
): Finding {
  const counted = isManager(old)
    ? `, as one of the ${nodes.filter(isManager).length} managers that a majority is counted from`
    : '';
  return {
    level: 'warn',
    code: 'old-entry',
    host: host.name,
    message: `the swarm still lists its old entry ${old.id} (${stateOf(old)})${counted}. It has joined anew as ${entry.id}: the old one can go, and its labels with it${mayLive(old) ? ', once it is down, which takes half a minute. If it stays ready, it is another machine of this name and address' : ''}`,
    fix: [lead.onHost(onceDown(old))],
  };
}
