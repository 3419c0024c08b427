import { type Finding, isReached } from 'provision-swarm';
import type { MailuCluster } from '../settings/mailu.ts';
import { askedManager } from './asked-hosts.ts';
import { STACK } from './service.ts';
import { stops } from './stops.ts';
import { namesOn } from './written.ts';

export const SMTP = `${STACK}_smtp`;

/**
 * Mail that waits in a queue which is not the shared storage's: in the container, as the guide has it, or in a volume of a node. With
 * another container it would be gone, or nobody would send it any more.
 */
export function inspectQueue(cluster: MailuCluster): readonly Finding[] {
  const place = `${cluster.others.storage.root}/mailqueue`;
  return cluster.hosts.filter(isReached).flatMap((host): readonly Finding[] => {
    const names = namesOn(host, place);
    const elsewhere = host.facts.neighbours.containers.some(
      ({ service, running, mounts, keeps }) =>
        service === SMTP &&
        running &&
        ![...mounts, ...keeps].some(({ source, path }) => names.includes(source) || names.includes(path)),
    );
    if (!elsewhere) return [];
    // There may be several on one host.
    const sends = `for id in $(docker ps -q -f label=com.docker.swarm.service.name=${SMTP}); do docker exec "$id" sh -c 'postqueue -f; sleep 5; postqueue -p'; done`;
    return [
      {
        level: 'refuse',
        code: 'queue-elsewhere',
        host: host.name,
        message: `the queue of ${SMTP} is not in ${place}: mail that waits there would be left behind, or lost with its container. Have it sent first: the first command does, and shows what is left. Once it says that the queue is empty, stop the service; other servers try again until the run has it back`,
        fix: [host.onHost(sends), (askedManager(cluster) ?? host).onHost(stops(SMTP))],
      },
    ];
  });
}
