import { type Finding, isReached, type ListenerFact, sh } from 'provision-swarm';
import { type Mailu, type MailuCluster, portsOf, type Reached } from '../settings/mailu.ts';
import { endableUnit } from './starters.ts';

/** What other programs have of what a front opens, and engines whose containers nobody could list. */
export function inspectPorts(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const reached = cluster.hosts.filter(isReached);
  const mesh = new Set(
    reached.flatMap(({ facts }) => facts.neighbours.services.flatMap(({ meshPorts }) => meshPorts)),
  );
  return [
    ...reached.flatMap(otherEngines),
    ...reached
      .filter(({ settings }) => settings.front || mailu.publish === 'ingress')
      .flatMap((host) => portsInUse(mailu, host, mesh)),
  ];
}

/** A front cannot open a port that another program has, be it on loopback alone: many systems come with a mail server. */
function portsInUse(mailu: Mailu, host: Reached, mesh: ReadonlySet<number>): readonly Finding[] {
  const taken = (host.facts.listeners ?? []).filter(
    (listener) =>
      portsOf(mailu).some((wanted) => wanted === listener.port) && !isToldElsewhere(listener, host, mesh),
  );
  const others = new Map(taken.map((listener) => [`${listener.program} ${listener.port}`, listener]));
  return [...others.values()].map((listener): Finding => {
    const { port, program, pid } = listener;
    const unit = endableUnit(listener.unit);
    const who = unit ?? (pid === undefined ? undefined : `process ${pid}`);
    return {
      level: 'refuse',
      code: 'port-in-use',
      host: host.name,
      message: `port ${port}, which Mailu's front opens, is used by ${program || 'another program'}${who === undefined ? '' : ` (${who})`}${unit === undefined ? '' : '. The command below ends all that it does'}`,
      fix:
        unit === undefined
          ? lookingAt(listener, host)
          : [host.onHost(sh`systemctl disable --now ${unit}`.shown), noFront(host)],
    };
  });
}

/** What Docker has opened for containers and services that were listed: whose they are is told with them. */
function isToldElsewhere(
  { program, port, unit }: ListenerFact,
  { facts }: Reached,
  mesh: ReadonlySet<number>,
): boolean {
  if (program === 'docker-proxy')
    return facts.neighbours.containers.some(
      ({ engine, running, ports }) => engine === 'docker' && running && ports.includes(port),
    );
  return program === 'dockerd' && (unit === 'docker.service' || mesh.has(port));
}

const noFront = ({ name }: Reached) => `or make this host no front: hosts.${name}.mailu.front: false`;

function lookingAt({ program, pid }: ListenerFact, host: Reached): readonly string[] {
  if (program === 'systemd')
    return [`stop the unit that has the port: ${host.onHost('systemctl list-sockets --all')}`, noFront(host)];
  const look = pid === undefined ? '' : `: ${host.onHost(`ps -fp ${pid}`)}`;
  return [`let that program use another port, or end it when its work is done${look}`, noFront(host)];
}

/**
 * An engine that is not `docker.service`: a snap, programs put there by hand, a person's own. Its containers are in no list, and without
 * its proxy its ports are in none either (moby, userland-proxy).
 */
function otherEngines(host: Reached): readonly Finding[] {
  return host.facts.engines.map(({ pid, unit, user, socket }): Finding => {
    const own = user === 'root';
    return {
      level: own ? 'refuse' : 'warn',
      code: 'other-engine',
      host: host.name,
      message: `another Docker engine runs here (process ${pid}${unit === undefined ? '' : `, ${unit}`}, of ${user}): its containers are not seen, and ${own ? "may write Mailu's files or have its ports" : 'may have ports of Mailu'}. Look at them. If one is a mail server or has such a port, end it; if nothing needs the engine, remove it`,
      fix: [
        host.onHost(
          `ps -fp ${pid}${socket === undefined ? '' : sh`; docker -H ${`unix://${socket}`} ps --all`.shown}`,
        ),
      ],
    };
  });
}
