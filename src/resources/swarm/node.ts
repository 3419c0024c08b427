import { z } from 'zod';
import { dockerNodes, readSwarmNodes, type SwarmNode } from '../../facts/index.ts';
import {
  type Change,
  compare,
  defineResource,
  type Probe,
  ProbeError,
  Unobservable,
} from '../../resource/index.ts';
import { BOOT_SECONDS, sh } from '../../shell/index.ts';
import { dockerProbe } from '../docker/docker-probe.ts';

/** Labels that begin so are the playbooks' own. */
export const OUR_LABELS = 'provision.';

/** A node as its managers know it, asked of one of them. `nodeId` is absent while the host has not joined. */
export function nodeProbe(host: string, nodeId: string | undefined): Probe<SwarmNode> {
  return nodeId === undefined
    ? { script: sh`true`, parse: () => new Unobservable('the node has not joined yet') }
    : dockerProbe(`node ${host}`, dockerNodes, (nodes) => {
        const known = readSwarmNodes(nodes).find(({ id }) => id === nodeId);
        if (known === undefined) throw new ProbeError(`the swarm has no node ${nodeId}, which ${host} was`);
        return known;
      });
}

const want = z.strictObject({
  /** The inventory's name of the host, for people. Docker is told the id: names can be ambiguous (moby#24310). */
  host: z.string(),
  /** The id of the node; absent while the host has not joined. */
  nodeId: z.string().min(1).optional(),
  /** What the node is to be. */
  role: z.enum(['manager', 'worker']),
  /** Whether it takes tasks. Where it is not said, what it is stays: somebody may have drained it on purpose. */
  availability: z.enum(['active', 'pause', 'drain']).optional(),
  /** Labels of the node. `null`: the node does not have the label. One that is not named stays: services may be placed by it. */
  labels: z
    .record(
      z
        .string()
        .refine(
          (name) => !name.startsWith(OUR_LABELS),
          `labels that begin with ${OUR_LABELS} are set by playbooks`,
        ),
      z.string().nullable(),
    )
    .default({}),
});

/** Seconds that a change of role gets to be carried out: Docker records it and reconciles later. */
const PATIENCE = 90;

interface NodeChange extends Change {
  /** The label that it is about, if it is about one. */
  readonly label?: string;
}

/** Role, availability and labels of a node, set through a manager. */
export const swarmNode = defineResource({
  kind: 'swarm-node',
  want,
  key: ({ host }) => host,
  about: ({ host }) => host,

  observe: ({ host, nodeId }) => nodeProbe(host, nodeId),

  diff(wanted, have): readonly NodeChange[] {
    return [
      ...compare('role', have.role, wanted.role),
      ...compare('availability', have.availability, wanted.availability ?? have.availability),
      ...Object.entries(wanted.labels)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([label, value]) =>
          compare(`label ${label}`, have.labels[label] ?? null, value).map((change) => ({
            ...change,
            label,
          })),
        ),
    ];
  },

  restarts: ({ host }, changes) =>
    changes.some(({ field, to }) => field === 'availability' && to === 'drain')
      ? [
          {
            name: `what runs on ${host}`,
            here: false,
            pause: 'swarm starts it on other hosts, where it may run there',
          },
        ]
      : [],

  apply({ host, role, availability }, { id }, changes) {
    const options = changes.flatMap(({ field, label, to }) => {
      if (field === 'role') return ['--role', role];
      if (label === undefined) return ['--availability', availability ?? 'active'];
      return to === null ? ['--label-rm', label] : ['--label-add', `${label}=${to}`];
    });
    const update = {
      title: `set ${changes.map(({ field }) => field).join(', ')} of ${host}`,
      script: sh`docker node update ${options} -- ${id} >/dev/null`,
    };
    if (!changes.some(({ field }) => field === 'role')) return [update];
    return [update, { title: `wait until ${host} is a ${role}`, script: waitForRole(id, role) }];
  },
});

function waitForRole(nodeId: string, role: 'manager' | 'worker') {
  const wanted = role === 'manager' ? 'reachable' : '';
  return sh`
    end=$((${BOOT_SECONDS} + ${PATIENCE}))
    until said=$(docker node inspect --format '{{with .ManagerStatus}}{{.Reachability}}{{end}}' ${nodeId}) && [ "$said" = ${wanted} ]; do
      [ "${BOOT_SECONDS}" -lt "$end" ] || { echo 'the role was recorded and is not carried out' >&2; exit 1; }
      sleep 1
    done`;
}
