import type { Finding } from '../errors/index.ts';
import { DAEMON_JSON } from '../facts/index.ts';
import { byName } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import {
  answered,
  bringBack,
  entryOf,
  isActive,
  membershipOf,
  type SwarmHost,
  unusedState,
} from './swarm-host.ts';

/** States of a host that only a person can judge. */
export function troubles(host: SwarmHost): readonly Finding[] {
  const info = host.facts?.swarm.info;
  const finding = (code: string, message: string, ...fix: string[]): readonly Finding[] => [
    { level: 'refuse', code, host: host.name, message, fix },
  ];
  if (info?.state === 'locked')
    return finding(
      'swarm-locked',
      'its swarm is locked with a key (autolock)',
      host.onHost('docker swarm unlock', { asks: true }),
    );
  if (info?.state === 'pending')
    return finding(
      'swarm-pending',
      'it is still joining a swarm, or does not reach the managers of its swarm',
      'wait a minute and run again',
      `if that stays so, look why: ${host.onHost('journalctl -u docker --since -10min | grep -i swarm | tail')}`,
    );
  if (info?.state === 'error')
    return finding(
      'swarm-error',
      `its swarm is in an error: ${info.error}. Look into it first. ${
        host.facts?.swarm.membership?.role === 'worker'
          ? 'A worker that has left its swarm is joined anew by the next run; leaving ends the tasks that run there'
          : 'A manager must not leave its swarm because of it: by leaving it gives up the state of the swarm, and where the other managers have no majority without it, that is lost'
      }`,
      host.onHost('docker info; journalctl -u docker --since -1hour | tail -n 50'),
    );
  if (isActive(host) && membershipOf(host) === undefined)
    return finding(
      'swarm-unclear',
      'it is in a swarm, and neither its Docker nor its certificate says in which',
      host.onHost('docker info'),
    );
  return unusedState(host)
    .slice(0, 1)
    .flatMap(({ root, clusterId, nodeId, role, usedBy }) =>
      usedBy !== undefined
        ? finding(
            'swarm-in-use',
            `an engine that is not its docker.service runs (process ${usedBy}) and is a ${role} of swarm ${clusterId} (node ${nodeId}), by what is in ${root}. That swarm must not be lost from sight, and two engines must not have one state`,
            'if that swarm is in use, take the host out of the inventory: a run joins what docker.service is in, and no other engine',
            `if it is of no use any more, bring what runs there elsewhere, then stop that engine and keep it from starting again; the next run says how what is in ${root} can be used. Which one it is: ${host.onHost(sh`ps -o pid,user,lstart,args -p ${usedBy}; cat ${`/proc/${usedBy}/cgroup`}`.shown)}`,
          )
        : finding(
            'swarm-elsewhere',
            `its Docker ${host.facts?.swarm.engine === 'running' ? 'is in no swarm' : 'does not run'} and keeps its data in ${host.facts?.swarm.root}, while ${root} has the state of swarm ${clusterId}, of which it was a ${role} (node ${nodeId}). That swarm must not be lost from sight`,
            adopts(host, root),
            `if it is of no use any more, move it aside, which loses nothing: ${host.onHost(sh`mv -nT ${`${root}/swarm`} ${`${root}/swarm.old`}`.shown)}`,
          ),
    );
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

/** Where no swarm was seen: hosts that may hold one all the same. */
export function silentHosts(silent: readonly SwarmHost[]): Finding {
  if (silent.length === 0)
    return {
      level: 'refuse',
      code: 'silent-manager',
      message: 'no host is to be a manager, so there is nobody to make the swarm',
      fix: ['set `swarm: { role: manager }` for one host, or for three or five'],
    };
  const away = silent.filter(({ facts }) => facts?.swarm.unknown === undefined).map(({ name }) => name);
  const unclear = silent.filter(({ facts }) => facts?.swarm.unknown !== undefined);
  const list = unclear.map(({ name }) => name).join(', ');
  const said = [
    ...(away.length === 0 ? [] : [`${away.join(', ')} did not answer`]),
    ...unclear.map(({ name, facts }) => `${name} cannot tell whether it is in one: ${facts?.swarm.unknown}`),
  ];
  return {
    level: 'refuse',
    code: 'silent-manager',
    message: `no swarm was seen, but ${said.join('; ')}. Such a host may hold the swarm, and a second one must never be made`,
    fix: [
      ...(away.length === 0 ? [] : [bringBack(away)]),
      ...(unclear.length === 0
        ? []
        : [`mend what ${list} says above, and run again. To see more of it, which changes nothing:`]),
      ...unclear.flatMap((host) => (host.facts?.swarm.looks ?? []).map((look) => host.onHost(look))),
    ],
  };
}

export function dockerSilent(host: SwarmHost): Finding {
  return {
    level: 'refuse',
    code: 'docker-silent',
    host: host.name,
    message: `whether it is in a swarm is not known, because its Docker could not be asked, or its data not be found: ${host.facts?.swarm.unknown}`,
    fix: (host.facts?.swarm.looks ?? []).map((look) => host.onHost(look)),
  };
}

/** What tells a person which of several swarms is the one that is wanted. */
const LOOK = 'docker info; docker node ls; docker service ls; docker ps';

export function twoSwarms(ids: ReadonlyMap<string, readonly SwarmHost[]>): Finding {
  const list = [...ids].map(([id, hosts]) => `${hosts.map(({ name }) => name).join(', ')} in ${id}`).sort();
  const first = [...ids.values()].flatMap(([host]) => host ?? []);
  return {
    level: 'refuse',
    code: 'two-swarms',
    message: `the hosts are in different swarms: ${list.join('; ')}. Find out which one has your services: the commands below only look. Then remove the hosts of the other from the inventory, or let them leave their swarm, which ends all that runs there`,
    fix: first.map((host) => host.onHost(LOOK)).sort(),
  };
}

/**
 * Managers of one cluster id that do not take each other for managers: one side was made anew out of the other's state.
 * `able` have a list of nodes, `controlling` are managers by their own word, with a quorum or not.
 */
export function disagreement(
  able: readonly SwarmHost[],
  controlling: readonly SwarmHost[],
  silent: readonly SwarmHost[],
): Finding | undefined {
  const entry = (by: SwarmHost, host: SwarmHost) => entryOf(host, by.facts?.swarm.nodes ?? []);
  const doubted = controlling.filter((host) =>
    able.some((by) => {
      const seen = entry(by, host);
      if (able.includes(host)) return seen?.manager === undefined;
      // One that was removed says so itself, where it hears of it. One without a list, or whose fellows are silent, may be the swarm.
      if (seen === undefined) return host.facts?.swarm.nodes === undefined || silent.length > 0;
      // One that was demoted a moment ago is still heard.
      return seen !== undefined && seen.manager === undefined && !seen.ready;
    }),
  );
  if (doubted.length === 0) return undefined;
  const sides = able.map((host) => {
    const managers = (host.facts?.swarm.nodes ?? []).filter(({ manager }) => manager !== undefined);
    const names = managers.map(({ hostname }) => hostname).sort();
    return `${host.name} lists ${names.join(', ') || 'none'}`;
  });
  const all = [...new Set([...able, ...doubted])].toSorted(byName);
  return {
    level: 'refuse',
    code: 'managers-disagree',
    message: `the managers do not agree who is one: ${sides.join('; ')}, and ${doubted.map(({ name }) => name).join(', ')} takes itself for one.${silent.length === 0 ? '' : ` ${silent.map(({ name }) => name).join(', ')} could not say anything about it.`} A swarm that was forced into a new cluster on one side while the other went on looks like this. Find out which side has your services: the commands below only look. Then have the hosts of the other leave, which ends all that runs there`,
    fix: all.map((host) => host.onHost(LOOK)),
  };
}

export function noQuorum(clusterId: string, managers: readonly SwarmHost[]): Finding {
  return {
    level: 'refuse',
    code: 'no-quorum',
    message: `swarm ${clusterId} has no quorum: ${managers.map(({ name }) => name).join(', ')} cannot reach a majority of its managers, so nothing can be changed; what runs goes on running. Start the other managers and the network between them, and run again. Only where the others are lost for good, and can never come back, one of these can be forced into a new cluster: Docker's guide, "Recover from losing the quorum"`,
    fix: managers.map((host) => host.onHost("docker info --format '{{json .Swarm.RemoteManagers}}'")),
  };
}

export function foreign(clusterId: string, members: readonly SwarmHost[]): Finding {
  const running = members.filter((host) => answered(host) && isActive(host));
  return {
    level: 'refuse',
    code: 'foreign-swarm',
    message: `${members.map(({ name }) => name).join(', ')} belongs to swarm ${clusterId}, and none of its managers is in the inventory. If it is yours, put its managers into the inventory: the command below says where they are. If it is somebody else's, take the host out of the inventory`,
    fix: (running.length > 0 ? running : members).map((host) =>
      host.onHost(
        running.length > 0
          ? "docker info --format '{{json .Swarm.RemoteManagers}}'"
          : sh`cat ${`${host.facts?.swarm.root}/swarm/state.json`}`.shown,
      ),
    ),
  };
}
