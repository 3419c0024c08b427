import { type Finding, isReached } from 'provision-swarm';
import type { Mailu, MailuCluster, ServiceName } from '../settings/mailu.ts';
import { atLeast, familyOf, isVersion } from '../settings/mailu-version.ts';
import { shared } from './accounts-seen.ts';
import { servicesOf } from './deployed.ts';
import { imageOf } from './images.ts';
import { STACK } from './service.ts';

/** Others' images that keep files which an older one does not read: a Redis refuses the dump of a newer (redis#14064). */
const OTHERS: ReadonlySet<ServiceName> = new Set(['redis']);
const NOT_MAILUS: ReadonlySet<ServiceName> = new Set(['redis', 'antivirus', 'tika']);

/**
 * Mailu's databases only go forward from family to family (Mailu's docs/releases.rst: back only between the minors of one): an older
 * admin starts on a newer database, says nothing, and works with tables that it does not know. What runs is told by the images.
 */
export function inspectVersions(mailu: Mailu, { hosts, consents }: MailuCluster): readonly Finding[] {
  const live = new Map(
    hosts
      .filter(isReached)
      .flatMap(({ facts }) => facts.neighbours.services)
      .map(({ name, image }) => [name, image.replace(/@sha256:[0-9a-f]+$/, '')] as const),
  );
  // Beside the database is written which administrations have worked with it: of a stack that was ended, and of one whose images do
  // not tell their version. Who has brought back a database from before says so.
  const worked = newest(hosts.filter(isReached).flatMap((host) => shared(host)?.deployed ?? []));
  const last = worked === undefined || consents.has('database-moved') ? undefined : `admin:${worked}`;
  const changes = servicesOf(mailu).flatMap((name) => {
    const from = live.get(`${STACK}_${name}`) ?? (name === 'admin' ? last : undefined);
    const to = imageOf(mailu, name).replace(/@sha256:[0-9a-f]+$/, '');
    return from === undefined || from === to ? [] : [{ name, from, to }];
  });
  const told = changes.map((change) =>
    change.name === 'admin' && last !== undefined && versionIn(change.from) === undefined
      ? { ...change, from: last }
      : change,
  );
  return [
    ...backwards(told.filter(({ name }) => !NOT_MAILUS.has(name))),
    ...olderMajor(changes.filter(({ name }) => OTHERS.has(name))),
    ...untold(changes.filter(({ name }) => name === 'admin')),
  ];
}

function newest(tags: readonly string[]): string | undefined {
  const isNewer = (one: string, other: string) => {
    const [major, minor] = familyOf(other).number;
    return atLeast(familyOf(one), major, minor);
  };
  return tags
    .flatMap((tag) => versionOf(tag) ?? [])
    .toSorted((a, b) => (isNewer(a, b) ? 1 : -1))
    .at(-1);
}

interface ImageChange {
  readonly name: ServiceName;
  readonly from: string;
  readonly to: string;
}

export const tagOf = (image: string): string => /:([^:/]+)$/.exec(image)?.[1] ?? 'latest';

/** A version as a tag says it; `undefined` where it says none. */
export function versionOf(tag: string): string | undefined {
  const version = tag.replace(/^v/, '');
  return isVersion(version) ? version : undefined;
}

const versionIn = (image: string) => versionOf(tagOf(image));

function backwards(changes: readonly ImageChange[]): readonly Finding[] {
  const back = changes.flatMap(({ name, from, to }) => {
    const [old, next] = [versionIn(from), versionIn(to)];
    if (old === undefined || next === undefined) return [];
    const [major, minor] = familyOf(old).number;
    return atLeast(familyOf(next), major, minor) ? [] : [{ name, old, next }];
  });
  const [first] = back;
  if (first === undefined) return [];
  return [
    {
      level: 'refuse',
      code: 'downgrade',
      message: `Mailu ${first.old} runs here, or was the last that did (${back.map(({ name }) => name).join(', ')}), and ${first.next} is older: Mailu's databases only go forward, and an older one on a newer database loses what it does not know`,
      fix: [
        `set mailu.version to '${first.old}'`,
        `to go back all the same, Mailu ${first.next} needs the copy of its database from before the upgrade; what came since is not in it. End the stack (provision remove-stack), bring that copy back, and run with --database-moved`,
      ],
    },
  ];
}

function olderMajor(changes: readonly ImageChange[]): readonly Finding[] {
  return changes.flatMap(({ name, from, to }): readonly Finding[] => {
    const [old, next] = [from, to].map((image) => /^v?(\d+)(?:\.(\d+))?/.exec(tagOf(image)));
    if (!old || !next) return [];
    const [, oldMajor, oldMinor] = old;
    const [, nextMajor, nextMinor] = next;
    // A tag without a minor may be any of its major: no number is less than one that is not there.
    const isOlder =
      Number(nextMajor) < Number(oldMajor) ||
      (nextMajor === oldMajor && Number(nextMinor) < Number(oldMinor));
    if (!isOlder) return [];
    return [
      {
        level: 'refuse',
        code: 'downgrade',
        message: `${from} runs as ${name}, and ${to} is older: it does not read the file of a newer one, and does not start`,
        fix: [`set mailu.images.${name} to ${from}, or to a newer one`],
      },
    ];
  });
}

function untold(changes: readonly ImageChange[]): readonly Finding[] {
  return changes.flatMap(({ from, to }): readonly Finding[] => {
    const unknown = [from, to].filter((image) => versionIn(image) === undefined);
    if (unknown.length === 0) return [];
    return [
      {
        level: 'warn',
        code: 'version-not-told',
        message: `admin goes from ${from} to ${to}, and ${unknown.join(' and ')} ${unknown.length === 1 ? 'does' : 'do'} not tell a version: Mailu's databases only go forward, so be sure that it is no older one`,
        fix: [],
      },
    ];
  });
}
