import { z } from 'zod';
import { defineResource } from '../../resource/index.ts';
import { lines, type Script, Secret, sh } from '../../shell/index.ts';
import { compareVersions, objectName, VERSION_OF, versionedName, versionsOf } from './versioned.ts';

const want = z.strictObject({
  /** What it is called; its name in the swarm has its version as well. */
  name: objectName,
  /**
   * The value, or how many random bytes make one where none is there: they are never seen outside the node. `kept`: a variable of
   * a service that has had the value so far, as in a stack that was made by hand; it is then taken from there.
   */
  value: z.union([
    z.instanceof(Secret),
    z.strictObject({
      /** How many random bytes make the value. */
      random: z.int().min(16).max(64),
      /** Where the value is taken from that has been in use so far. */
      kept: z
        .strictObject({
          /** The service, by its name in the swarm. */
          service: z.string(),
          /** The variable of its containers that has the value. */
          variable: z.string().regex(/^[A-Z_]+$/),
        })
        .optional(),
    }),
  ]),
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
            : lines([
                ...(value.kept === undefined ? [] : [keep(value.kept, create)]),
                generate(value.random, create),
              ]),
      },
    ];
  },
});

const generate = (bytes: number, create: Script) =>
  sh`head -c ${bytes} /dev/urandom | base64 | tr -d '\n' | ${create}`;

/** A manager that cannot be asked for its services is an error, and not one without them. */
function keep({ service, variable }: { service: string; variable: string }, create: Script): Script {
  return sh`
    services=$(docker service ls --format '{{.Name}}') || exit 1
    if printf '%s\n' "$services" | grep -qxF -- ${service}; then
      all=$(docker service inspect --format '{{range .Spec.TaskTemplate.ContainerSpec.Env}}{{println .}}{{end}}' -- ${service}) || exit 1
      value=$(printf '%s\n' "$all" | sed -n ${`s/^${variable}=//p`})
      [ -z "$value" ] || { printf %s "$value" | ${create}; exit; }
    fi`;
}
