import {
  BOOT_SECONDS,
  type Command,
  type Denied,
  isReached,
  type LogRequest,
  type Removal,
  sh,
} from 'provision-swarm';
import type { MailuCluster } from '../settings/mailu.ts';
import { askedManager } from './asked-hosts.ts';
import { servicesOf } from './deployed.ts';
import { type Fleeting, fleetingFiles, fleetingText } from './fleeting.ts';
import { inspectUnseen } from './left.ts';
import { listedServices } from './listed-services.ts';
import { addedServices } from './neighbours.ts';
import { NO_STACK } from './no-stack.ts';
import { STACK } from './service.ts';

const NO_MANAGER: Denied = {
  denied: 'no host that was reached is a manager of a swarm that has a leader',
  fix: ['see what runs with: provision status'],
};

/** The manager that is asked, or why there is none. */
function manager(cluster: MailuCluster): string | Denied {
  const lead = askedManager(cluster);
  return lead !== undefined && isReached(lead) && lead.facts.swarm.nodes !== undefined
    ? lead.name
    : NO_MANAGER;
}

export function logs(cluster: MailuCluster, request: LogRequest): Command | Denied {
  const { settings: mailu } = cluster;
  if (mailu === undefined) return NO_STACK;
  const there = servicesOf(mailu);
  if (!there.some((name) => name === request.service))
    return { denied: `there is no service ${request.service}; there are ${there.join(', ')}` };
  const host = manager(cluster);
  if (typeof host !== 'string') return host;
  const { service, tail, follow, since } = request;
  const options = [
    ...['--timestamps', '--tail', String(tail)],
    ...(follow ? ['--follow'] : []),
    ...(since === undefined ? [] : ['--since', since]),
  ];
  return { host, script: sh`exec docker service logs ${options} -- ${`${STACK}_${service}`} 2>&1` };
}

/** Seconds that tasks get to end after their services are gone. */
const PATIENCE = 180;

function lost(used: readonly Fleeting[]): Denied {
  return {
    denied: `what only these containers have would be lost with them: ${used.map(fleetingText).join(', ')}`,
    fix: [
      'copy it first: provision plan says how. What somebody has added to the stack is copied as they know best',
    ],
  };
}

/**
 * Ends the services, and not what `docker stack rm` takes beside them: the secrets and configs that bear the stack's label
 * (docker/cli, cli/command/stack/swarm/remove.go), a key that was made by hand among them.
 */
export function removeStack(cluster: MailuCluster): Removal | Denied {
  const { settings: mailu, others } = cluster;
  // One that the inventory no longer has is removed by this verb as well.
  const live = listedServices(cluster).map(({ name }) => name.slice(STACK.length + 1));
  if (mailu === undefined && live.length === 0) return NO_STACK;
  const host = manager(cluster);
  if (typeof host !== 'string') return host;
  const fleeting = fleetingFiles(cluster);
  const used = fleeting.filter(({ container }) => container.running);
  if (used.length > 0) return lost(used);
  const [unseen] = inspectUnseen(cluster);
  if (unseen !== undefined) return { denied: unseen.message, fix: unseen.fix };
  const { root } = others.storage;
  const added = addedServices(cluster);
  const label = `label=com.docker.stack.namespace=${STACK}`;
  return {
    host,
    goes: [
      `the services of the stack ${STACK}: ${(mailu === undefined ? live : servicesOf(mailu)).join(', ')}`,
      ...(added.length === 0
        ? []
        : [`services that somebody has added to it, with their settings: ${added.join(', ')}`]),
      ...(fleeting.length === 0
        ? []
        : [
            `what containers that have ended still have in volumes without a name: ${fleeting.map(fleetingText).join(', ')}`,
          ]),
      'the networks that only they use; nobody can send or read mail until the next run',
    ],
    stays: [
      `all mail and settings: ${mailu === undefined ? 'what its services have mounted' : `${root} on the shared storage`}${mailu === undefined || mailu.database.kind !== 'sqlite' ? '' : `, and ${mailu.database.path} on the host of the database`}`,
      `the secrets and configs in the swarm, whoever made them, with the key that Mailu signs with`,
      `the network ${mailu?.network.name ?? 'that it was given'}, the labels of the nodes, and the images on them`,
    ],
    steps: [
      {
        title: `remove the stack ${STACK}`,
        script: sh`
          services=$(docker service ls --quiet --filter ${label}) || exit 1
          [ -z "$services" ] || docker service rm $services || exit 1
          end=$((${BOOT_SECONDS} + ${PATIENCE}))
          while :; do
            services=$(docker service ls --quiet --filter ${label}) || exit 1
            tasks=$(docker stack ps --quiet --filter desired-state=running ${STACK} 2>/dev/null)
            networks=$(docker network ls --quiet --filter ${label}) || exit 1
            [ -n "$services$tasks$networks" ] || exit 0
            # One that a task still uses is not removed yet.
            [ -z "$networks" ] || docker network rm $networks >/dev/null 2>&1
            [ "${BOOT_SECONDS}" -lt "$end" ] || { echo 'parts of the stack are still there' >&2; exit 1; }
            sleep 1
          done`,
      },
    ],
  };
}
