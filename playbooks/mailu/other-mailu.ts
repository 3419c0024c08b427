import type { ContainerFact, Finding, ServiceFact } from 'provision-swarm';
import type { Reached } from '../settings/mailu.ts';

/** Images that are Mailu, wherever they come from (`ghcr.io/mailu/dovecot`, `mailu/admin`, a mirror's `…/mailu/nginx`). */
const mailuImage = (names: string) => new RegExp(`(^|/)mailu/(${names})([:@]|$)`);

const MAILU_IMAGE = mailuImage('[a-z]+');

export const isMailu = ({ image }: { readonly image: string }): boolean => MAILU_IMAGE.test(image);

const ADMIN_IMAGE = mailuImage('admin');

/** Whether it is the administration of a Mailu, which has its accounts. */
export const isAdmin = ({ image }: { readonly image: string }): boolean => ADMIN_IMAGE.test(image);

const DATABASE_IMAGE = mailuImage('postgresql|mysql');

/**
 * The database server that Mailu had of its own until 1.9 (its docs/releases.rst): it has the accounts, so no command here ends it.
 * `writes`: what of ours it writes.
 */
export function ownDatabase({ name, image }: ServiceFact, writes: string): Finding | undefined {
  if (!DATABASE_IMAGE.test(image)) return undefined;
  return {
    level: 'refuse',
    code: 'other-writer',
    message: `the service ${name} is the database server that Mailu had of its own until 1.9, and ${writes}. The accounts may be in it, and no newer Mailu has one`,
    fix: [
      `copy its database into a server of your own (pg_dump or mysqldump, in its container), write that server into mailu.database, end ${name} once nobody changes an account any more, and run again with --database-moved`,
    ],
  };
}

/** A Mailu with files of its own: nothing is harmed, and its mail is not in the new stack. */
export function otherContainers(group: readonly ContainerFact[], host: Reached): readonly Finding[] {
  const found = group.filter(isMailu);
  const [first] = found;
  if (first === undefined || first.service !== undefined) return [];
  return [
    {
      host: host.name,
      ...told(
        `is here (${found.map(({ name }) => name).join(', ')})`,
        found.flatMap(({ mounts }) => mounts.map(({ path }) => path)),
      ),
    },
  ];
}

/** The same in the swarm: services of another stack, or of none. */
export function otherServices(services: readonly ServiceFact[]): readonly Finding[] {
  const stacks = new Map<string, ServiceFact[]>();
  for (const service of services.filter(isMailu)) {
    const stack = service.stack === undefined ? 'of no stack' : `as the stack ${service.stack}`;
    stacks.set(stack, [...(stacks.get(stack) ?? []), service]);
  }
  return [...stacks].map(([stack, all]) =>
    told(
      `runs in this swarm ${stack} (${all
        .map(({ name }) => name)
        .toSorted()
        .join(', ')})`,
      all.flatMap(({ keeps }) =>
        keeps.map(({ source, path, volume }) => (volume ? `the volume ${source || 'without a name'}` : path)),
      ),
    ),
  );
}

function told(where: string, places: readonly string[]): Finding {
  const folders = [...new Set(places)].toSorted().join(', ');
  return {
    level: 'warn',
    code: 'other-mailu',
    message: `another Mailu ${where} with files of its own${folders === '' ? '' : `: ${folders}`}; its accounts and mail are not in this stack`,
    fix: [],
  };
}
