import type { Finding } from '../errors/index.ts';
import { DAEMON_JSON, type StoredMembership } from '../facts/index.ts';
import { sh } from '../shell/index.ts';
import type { SwarmHost } from './swarm-host.ts';

/** The state of a swarm that is on a host, and that its docker.service has not, or has not alone. */
export function strayState(host: SwarmHost): readonly Finding[] {
  const swarm = host.facts?.swarm;
  const usedBy = swarm?.membership?.usedBy;
  if (swarm?.info === undefined && swarm?.unknown === undefined && usedBy !== undefined)
    return [usedBeside(host, usedBy)];
  return unusedState(host)
    .slice(0, 1)
    .map((stored) =>
      stored.usedBy === undefined ? elsewhere(host, stored) : usedElsewhere(host, stored, stored.usedBy),
    );
}

/** State of a swarm on the disks of a host that is in none now: its engine looks elsewhere, or has lost sight of it. */
function unusedState({ facts }: SwarmHost): readonly StoredMembership[] {
  const swarm = facts?.swarm;
  if (swarm === undefined || swarm.unknown !== undefined || swarm.info?.state === 'active') return [];
  const { membership, root, elsewhere } = swarm;
  if (membership === undefined) return elsewhere;
  // An engine that does not run will find what is in its own place.
  return swarm.info === undefined ? [] : [{ root, ...membership }, ...elsewhere];
}

/** Another engine has the state that docker.service would be started with. */
function usedBeside(host: SwarmHost, usedBy: number): Finding {
  const { engine, root } = host.facts?.swarm ?? {};
  return {
    level: 'refuse',
    code: 'swarm-in-use',
    host: host.name,
    message: `${engine === 'absent' ? 'it has no command `docker`, so its Docker cannot be asked' : 'its docker.service does not run'}, and process ${usedBy} has the state of its swarm open, which is in ${root}. Two engines must not have one state`,
    fix: [
      `see which engine that is: ${whichOne(host, usedBy)}`,
      ...(engine === 'absent'
        ? ['if it is docker.service, install the command `docker`, and run again']
        : []),
      `if it was started by hand or by another unit, stop it while the other managers are there, and keep it from starting again: the next run starts docker.service, which goes on with what is in ${root}`,
    ],
  };
}

function usedElsewhere(host: SwarmHost, stored: StoredMembership, usedBy: number): Finding {
  const { root, clusterId, nodeId, role } = stored;
  return {
    level: 'refuse',
    code: 'swarm-in-use',
    host: host.name,
    message: `an engine that is not its docker.service runs (process ${usedBy}) and is a ${role} of swarm ${clusterId} (node ${nodeId}), by what is in ${root}. That swarm must not be lost from sight, and two engines must not have one state`,
    fix: [
      'if that swarm is in use, take the host out of the inventory: a run joins what docker.service is in, and no other engine',
      `if it is of no use any more, bring what runs there elsewhere, then stop that engine and keep it from starting again; the next run says how what is in ${root} can be used. Which one it is: ${whichOne(host, usedBy)}`,
    ],
  };
}

function whichOne(host: SwarmHost, pid: number): string {
  return host.onHost(sh`ps -o pid,user,lstart,args -p ${pid}; cat ${`/proc/${pid}/cgroup`}`.shown);
}

function elsewhere(host: SwarmHost, { root, clusterId, nodeId, role }: StoredMembership): Finding {
  const swarm = host.facts?.swarm;
  return {
    level: 'refuse',
    code: 'swarm-elsewhere',
    host: host.name,
    message: `its Docker ${swarm?.engine === 'running' ? 'is in no swarm' : 'does not run'} and keeps its data in ${swarm?.root}, while ${root} has the state of swarm ${clusterId}, of which it was a ${role} (node ${nodeId}). That swarm must not be lost from sight`,
    fix: [adopts(host, root), aside(host, root)],
  };
}

/** How the state of a swarm below a data root is no engine's any more, and is not lost. */
export function aside(host: SwarmHost, root: string): string {
  return `if it is of no use any more, move it aside, which loses nothing: ${host.onHost(sh`mv -nT ${`${root}/swarm`} ${`${root}/swarm.old`}`.shown)}`;
}

/**
 * How an engine finds a state again. A person does that: a run keeps such a setting of theirs, and would refuse to make it, for it hides what
 * the engine has now.
 */
function adopts(host: SwarmHost, root: string): string {
  const now = host.facts?.swarm.root;
  const [remapped, above = root] = /^(.*)\/\d+\.\d+$/.exec(root) ?? [];
  const settings = {
    ...(above === now ? {} : { 'data-root': above }),
    ...(remapped === undefined ? {} : { 'userns-remap': 'default' }),
  };
  if (Object.keys(settings).length === 0)
    return `Docker has ${root} as its directory, and says all the same that it is in no swarm: find out why, and run again: ${host.onHost('journalctl -u docker -n 100')}`;
  const text = JSON.stringify(settings);
  const was =
    remapped === undefined
      ? ''
      : ' (it was made with user namespaces: if they were mapped to another user, name that one)';
  const command = sh`test ! -e ${DAEMON_JSON} && mkdir -p /etc/docker && printf '%s\n' ${text} >${DAEMON_JSON} && systemctl restart docker.service`;
  return `to use what is there, add ${text.slice(1, -1)} to ${DAEMON_JSON}${was}, restart Docker, and run again: a run keeps that, and Docker does not see any more what it has in ${now}. If there is no such file yet: ${host.onHost(command.shown)}`;
}
