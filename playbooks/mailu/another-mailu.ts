import { isReached, type KeptPlace } from 'provision-swarm';
import type { MailuCluster, Reached } from '../settings/mailu.ts';
import { dataOf } from './accounts-places.ts';
import type { Problem } from './accounts-seen.ts';
import { isAdmin } from './other-mailu.ts';
import { STACK } from './service.ts';

/** An administration of another Mailu, which may have stopped. */
interface Another {
  readonly name: string;
  /** Where it has its accounts. */
  readonly place: string;
  readonly host: Reached;
}

/**
 * Another Mailu, of Docker Compose or another stack, running or not, where the stack has no accounts: most likely those that its person
 * means to go on with. An empty one beside it would know none of its people.
 */
export function anotherMailu(cluster: MailuCluster, path: string): Problem | undefined {
  const all = cluster.hosts.filter(isReached).flatMap(administrations);
  const [first] = all;
  if (first === undefined) return undefined;
  const { root } = cluster.others.storage;
  const told = all.map(({ name, host, place }) => `${name} on ${host.name}, in ${place}`);
  return {
    code: 'database-elsewhere',
    host: first.host.name,
    message: `another Mailu has accounts: ${[...new Set(told)].join('; ')}. A run moves no accounts: this stack would begin with an empty database, know none of them, and refuse their mail`,
    fix: [
      `to go on with them: stop that Mailu for good, copy what it has in /data to ${dataOf(path)} on the host that is to keep it, and its mail, its DKIM keys and its overrides to ${root}, as ${root}/mail, ${root}/dkim and ${root}/overrides, and run again`,
      'if this is to be a Mailu with accounts of its own beside it: run again with --database-moved',
    ],
  };
}

function administrations(host: Reached): readonly Another[] {
  const { neighbours, mailData } = host.facts;
  const all = [
    ...[...neighbours.containers, ...neighbours.former].filter(({ service }) => service === undefined),
    ...neighbours.services.filter(({ stack }) => stack !== STACK),
  ];
  return [
    ...all.filter(isAdmin).map(({ name, keeps }) => ({
      name,
      host,
      place: placeText(keeps.find(({ target }) => target === '/data')),
    })),
    ...mailData.strays.map((path) => ({ name: 'a Mailu that is gone', host, place: path })),
  ];
}

function placeText(data: KeptPlace | undefined): string {
  if (data === undefined) return 'itself';
  if (!data.volume) return data.path;
  return data.source === '' ? 'a volume without a name' : `the volume ${data.source} of Docker's`;
}
