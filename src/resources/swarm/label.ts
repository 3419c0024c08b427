import { z } from 'zod';
import { readSwarmNode } from '../../facts/index.ts';
import { compare, defineResource, Unobservable } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { dockerProbe } from '../docker/ask.ts';
import { OURS } from './node.ts';

const want = z.strictObject({
  /** The inventory's name of the host, for people. */
  host: z.string(),
  /** Absent while the host has not joined. */
  nodeId: z.string().min(1).optional(),
  /** Its name after `provision.`: those labels are the playbooks', the others are the inventory's. */
  name: z.string().regex(/^[a-z-]+$/),
  /** `null`: the node does not have the label. */
  value: z.string().nullable(),
});

/** A label by which a playbook places services, set through a manager. */
export const nodeLabel = defineResource({
  kind: 'node-label',
  want,
  key: ({ host, name }) => `${host} ${name}`,

  observe: ({ host, nodeId }) =>
    nodeId === undefined
      ? { script: sh`true`, parse: () => new Unobservable(`${host} has not joined yet`) }
      : dockerProbe(`node ${host}`, sh`docker node inspect --format '{{json .}}' ${nodeId}`, readSwarmNode),

  diff: ({ name, value }, { labels }) => compare(`label ${OURS}${name}`, labels[OURS + name] ?? null, value),

  apply: ({ host, name, value }, { id }) => [
    {
      title: `set label ${OURS}${name} of ${host}`,
      script: sh`docker node update ${value === null ? ['--label-rm', OURS + name] : ['--label-add', `${OURS}${name}=${value}`]} -- ${id} >/dev/null`,
    },
  ],
});
