import { z } from 'zod';
import { defineResource } from '../../resource/index.ts';
import { Secret, sh } from '../../shell/index.ts';
import { compareVersions, objectName, VERSION_OF, versionedName, versionsOf } from './versioned.ts';

const want = z.strictObject({
  /** What it is called; its name in the swarm has its version as well. */
  name: objectName,
  /** The value, or how many random bytes make one where none is there: they are never seen outside the node. */
  value: z.union([z.instanceof(Secret), z.strictObject({ random: z.int().min(16).max(64) })]),
});
type Want = z.output<typeof want>;

/** The name in the swarm, for the services that use it. */
export function secretVersion({ name, value }: Want): string {
  return value instanceof Secret ? versionedName(name, value) : `${name}_generated`;
}

/**
 * A secret of the swarm, by its version: another value is another secret, which the services that use it are
 * given by being updated. Managers only. Docker gives no value back, so one that was generated is kept for ever.
 */
export const dockerSecret = defineResource({
  kind: 'docker-secret',
  want,
  key: ({ name }) => name,

  observe: ({ name }) => versionsOf('secret', name),

  diff: (wanted, there) => compareVersions(there, secretVersion(wanted)),

  apply({ name, value }) {
    const create = sh`docker secret create --label ${`${VERSION_OF}=${name}`} ${secretVersion({ name, value })} - >/dev/null`;
    return [
      {
        title: `create secret ${name}`,
        script:
          value instanceof Secret
            ? sh`printf %s ${value} | ${create}`
            : sh`head -c ${value.random} /dev/urandom | base64 | tr -d '\n' | ${create}`,
      },
    ];
  },
});
