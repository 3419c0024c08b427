import {
  type Cluster,
  type ReachedHost,
  type Resource,
  refusingRestart,
  type SwarmFacts,
} from 'provision-swarm';

interface Facts {
  readonly swarm: SwarmFacts;
  readonly autolock: boolean | undefined;
}
type Member = ReachedHost<unknown, Facts>;
type Members = Cluster<unknown, unknown, Facts>;

/**
 * The resources of a host whose Docker must not be restarted by a run: a manager of a swarm that locks its managers comes back
 * locked, and counts as lost until a person has typed the key.
 */
export function unlessLocking(
  resources: readonly Resource[],
  host: Member,
  { hosts }: Members,
): readonly Resource[] {
  const { info, membership } = host.facts.swarm;
  const manager = info?.control === true || membership?.role === 'manager';
  if (!manager || !hosts.some(({ facts }) => facts?.autolock === true)) return resources;
  const refusal = {
    message:
      'Docker would be restarted, and the swarm locks its managers (autolock): this one would wait for the unlock key, and count as lost until a person has typed it',
    fix: [
      `have the key at hand in any case: ${host.onHost('docker swarm unlock-key')}`,
      `let the managers start without it for this run, their keys in clear on their disks meanwhile: ${host.onHost('docker swarm update --autolock=false')}`,
      `after the run lock them again, which makes another key: ${host.onHost('docker swarm update --autolock=true')}`,
    ],
  };
  return resources.map((resource) => refusingRestart(resource, 'docker.service', refusal));
}
