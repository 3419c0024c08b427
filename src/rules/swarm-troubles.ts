import type { Finding } from '../errors/index.ts';
import { byName } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { strayState } from './stray-state.ts';
import { answered, bringBack, entryOf, isActive, membershipOf, type SwarmHost } from './swarm-host.ts';

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
  return strayState(host);
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
