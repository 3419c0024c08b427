import { z } from 'zod';
import { type Change, defineResource } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { objectName, versionsOf } from './versioned.ts';

const want = z.strictObject({
  /** What has versions. */
  object: z.enum(['secret', 'config']),
  /** What it is called, without its version. */
  name: objectName,
  /** The version that is in use; none: the object is not used any more. */
  keep: z.string().optional(),
});

/**
 * No old versions of a secret or config. For a stage after the one that updates their users: Docker refuses to
 * remove what a service still names.
 */
export const dockerSuperseded = defineResource({
  kind: 'docker-superseded',
  want,
  key: ({ object, name }) => `${object} ${name}`,

  observe: ({ object, name }) => versionsOf(object, name),

  diff: ({ keep }, versions): readonly Change[] =>
    versions
      .filter((version) => version !== keep)
      .map((version) => ({ field: version, from: 'there', to: null })),

  apply: ({ object, name }, _versions, changes) => [
    {
      title: `remove old versions of ${object} ${name}`,
      script: sh`docker ${object} rm ${changes.map(({ field }) => field)} >/dev/null`,
    },
  ],
});
