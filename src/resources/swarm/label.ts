import { z } from 'zod';
import { compare, defineResource } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { nodeProbe, OUR_LABELS } from './node.ts';

const want = z.strictObject({
  /** The inventory's name of the host, for people. */
  host: z.string(),
  /** The id of the node; absent while the host has not joined. */
  nodeId: z.string().min(1).optional(),
  /** Its name after `provision.`: those labels are the playbooks', the others are the inventory's. */
  name: z.string().regex(/^[a-z-]+$/),
  /** Its value. `null`: the node does not have the label. */
  value: z.string().nullable(),
  /** Services that run only where the label is. */
  places: z.array(z.string()).default([]),
});

/** A label by which a playbook places services, set through a manager. */
export const nodeLabel = defineResource({
  kind: 'node-label',
  want,
  key: ({ host, name }) => `${host} ${name}`,
  about: ({ host }) => host,

  observe: ({ host, nodeId }) => nodeProbe(host, nodeId),

  diff: ({ name, value }, { labels }) =>
    compare(`label ${OUR_LABELS}${name}`, labels[OUR_LABELS + name] ?? null, value),

  restarts: ({ host, places }, changes) =>
    changes
      .filter(({ to }) => to === null)
      .flatMap(() =>
        places.map((service) => ({
          name: `${service} on ${host}`,
          here: false,
          pause: 'it goes on where its label is, if any other host has it',
        })),
      ),

  apply: ({ host, name, value }, { id }) => [
    {
      title: `set label ${OUR_LABELS}${name} of ${host}`,
      script: sh`docker node update ${value === null ? ['--label-rm', OUR_LABELS + name] : ['--label-add', `${OUR_LABELS}${name}=${value}`]} -- ${id} >/dev/null`,
    },
  ],
});
