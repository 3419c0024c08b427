import { isReached } from 'provision';
import { ADMIN, aside, dataOf, fileOf, placesOf, sharedFile } from './accounts-places.ts';
import {
  describe,
  type FoundFile,
  flavorOf,
  isOf,
  type MailuHost,
  namesOf,
  type Problem,
  type Seen,
  tracesOf,
  unableOf,
} from './accounts-seen.ts';
import type { Mailu, Reached } from './settings.ts';

/** The accounts that are in use are in another server, or in one where the inventory has a file. */
export function otherServer({ database }: Mailu, service: Seen['service']): Problem | undefined {
  if (service === undefined) return undefined;
  const now = flavorOf(service);
  if (now.kind === 'sqlite') return undefined;
  const wanted =
    database.kind === 'sqlite'
      ? { kind: 'sqlite', at: '' }
      : {
          kind: database.kind as string,
          at: `${database.name} at ${database.port === undefined ? database.server : `${database.server}:${database.port}`}`,
        };
  if (now.kind === wanted.kind && now.at === wanted.at) return undefined;
  return {
    code: 'database-elsewhere',
    message: `the accounts that are in use are in ${now.kind} (${now.at}), and the inventory says ${wanted.kind}${wanted.at === '' ? '' : ` (${wanted.at})`}. A run moves no accounts: Mailu would begin with an empty database, know nobody, and refuse all mail`,
    fix: [
      `to keep them where they are: write that server into mailu.database`,
      'where you have moved them yourself: run again with --database-moved',
    ],
  };
}

/** The inventory has a server, and a file has the accounts, or may have them. */
export function fileInUse(seen: Seen): Problem | undefined {
  const { files, service, root, silent } = seen;
  const moved = 'where you have moved them yourself: run again with --database-moved';
  if (service !== undefined && flavorOf(service).kind !== 'sqlite') return undefined;
  if (files.length > 0 || service !== undefined) {
    const [first] = files;
    const where =
      first === undefined
        ? `a file${service?.node === undefined ? '' : ` on ${service.node}`}`
        : files.map(describe).join(' and in ');
    return {
      code: 'database-elsewhere',
      message: `the accounts are in ${where}, and the inventory has them in a server. A run moves no accounts: Mailu would begin with what that server has`,
      fix: [
        `to keep them where they are: write into the inventory ${first === undefined ? 'mailu: { database: { kind: sqlite } }' : adopts(first, root)}`,
        moved,
      ],
    };
  }
  const blind = unableOf(seen).length > 0;
  if (silent.length === 0 || (tracesOf(seen).length === 0 && !blind)) return undefined;
  return {
    code: 'database-silent',
    message: `there ${blind ? 'may be' : 'is'} mail, and ${namesOf(silent)} did not answer: the accounts that it belongs to may be in a file there, and the inventory has them in a server`,
    fix: [`bring ${namesOf(silent)} back and run again`, moved],
  };
}

/** A setting has the directory that `data` is in: a volume of Docker's, or another name, cannot be written as one. */
const isSetting = (path: string, root: string) => path !== sharedFile(root) && path.endsWith('/data/main.db');

export function adopts({ host, path }: FoundFile, root: string): string {
  return !isSetting(path, root)
    ? 'mailu: { database: { kind: sqlite } }, and run again: it says how they are brought onto a host'
    : `mailu: { database: { kind: sqlite, host: ${host.name}, path: ${path.replace(/\/data\/main\.db$/, '')} } }`;
}

export function severalPlaces(files: readonly FoundFile[], { service }: Seen): Problem {
  const running = service === undefined ? undefined : files.find((file) => isInUse(file, service));
  const others = files.filter((file) => file !== running);
  return {
    code: 'two-databases',
    message: `there are accounts in several places: ${files.map(describe).join('; ')}. ${running === undefined ? 'Which of them are yours is not clear' : `Mailu uses those in ${running.path} on ${running.host.name}`}. Find out which are right, and move the others aside, which loses nothing`,
    fix:
      running === undefined
        ? files.map(({ host, path }) =>
            host.onHost(`ls -l --time-style=full-iso ${path}; docker ps -a | grep ${ADMIN}`),
          )
        : others.map(({ host, path }) => host.onHost(aside(path))),
  };
}

export function isInUse({ host, path }: FoundFile, { data, node }: NonNullable<Seen['service']>): boolean {
  return data !== undefined && path === `${data}/main.db` && (node === undefined || isOf(host, node));
}

/** The only accounts are in another directory than the inventory's. */
export function anotherPlace(only: FoundFile, mailu: Mailu, { root, manager, service }: Seen): Problem {
  if (isSetting(only.path, root) || mailu.database.kind !== 'sqlite')
    return {
      code: 'database-elsewhere',
      host: only.host.name,
      message: `the accounts are in ${describe(only)}, and the inventory has them elsewhere. A run moves no accounts`,
      fix: [`to use what is there: write into the inventory ${adopts(only, root)}`],
    };
  const isShared = only.path === sharedFile(root);
  const from = only.path.replace(/\/main\.db$/, '');
  const to = dataOf(mailu.database.path);
  // Docker removes a volume without a name with its container, which ends where the service is stopped.
  const unnamed = /\/volumes\/([0-9a-f]{64})\/_data$/.exec(from)?.[1];
  const hold =
    unnamed === undefined
      ? ''
      : `held=$(docker ps -q -f volume=${unnamed}); { [ -z "$held" ] || docker pause $held; } && `;
  const stop =
    service === undefined ? [] : [(manager ?? only.host).onHost(`docker service scale ${ADMIN}=0`)];
  const why = isShared
    ? 'on the shared storage, where the locks of sqlite do not hold and two writers can spoil it. They have to be brought onto a disk of one host'
    : `and the inventory has them in ${fileOf(mailu.database.path)}. They have to be brought there`;
  return {
    code: isShared ? 'database-on-shared-storage' : 'database-elsewhere',
    host: only.host.name,
    message: `the accounts are in ${describe(only)}, ${why}: ${unnamed === undefined ? (service === undefined ? '' : "stop Mailu's administration, then ") : `Docker removes them with their container, so ${service === undefined ? '' : 'before it is stopped '}`}copy them on the host that is to keep them, then run again. Nobody can log in in between. What was there stays beside it under another name`,
    fix: [
      ...(unnamed === undefined ? stop : []),
      only.host.onHost(
        `${hold}mkdir -p ${to} && cp -a -n ${from}/. ${to}/ && cmp ${only.path} ${to}/main.db && { ${aside(only.path)}; }`,
      ),
      ...(unnamed === undefined ? [] : stop),
    ],
  };
}

/** The administration that runs has its accounts where no host was asked for them, or could not be. */
export function inUseElsewhere(
  mailu: Mailu,
  runs: MailuHost | undefined,
  { service, root, reached }: Seen,
): Problem | undefined {
  if (service?.data === undefined || mailu.database.kind !== 'sqlite') return undefined;
  const { data } = service;
  const file = fileOf(mailu.database.path);
  // A volume is a directory of its host's Docker. Where nobody is bound to a host, all have to have looked.
  const looked = ({ facts }: Reached) =>
    facts.mailData.looked.some((path) => path === data || path.endsWith(`/volumes/${data}/_data`));
  const asked =
    placesOf(mailu, root).files.includes(`${data}/main.db`) ||
    (runs === undefined
      ? service.node === undefined && reached.some(looked)
      : isReached(runs) && looked(runs));
  const away = runs !== undefined && !isReached(runs);
  if (`${data}/main.db` === file || (asked && !away)) return undefined;
  const where = `${data.startsWith('/') ? data : `the volume ${data} of Docker's`} on ${runs?.name ?? service.node ?? 'the host where it ran last'}`;
  return {
    code: 'database-elsewhere',
    message: `Mailu's administration has its accounts in ${where}, where they could not be looked for, and the inventory has them in ${file}. A run moves no accounts, and makes no empty database beside them`,
    fix: [
      /^\/.+\/data$/.test(data) && !data.startsWith(`${root}/`)
        ? `to use what is there: write into the inventory mailu: { database: { kind: sqlite, path: ${data.replace(/\/data$/, '')} } }`
        : `start that host and its Docker, and run again: it says then how the accounts are brought where the inventory has them`,
      'where you have moved them yourself: run again with --database-moved',
    ],
  };
}

export function anotherHost(only: FoundFile, wanted: string): Problem {
  return {
    code: 'database-on-another-host',
    host: only.host.name,
    message: `the accounts are in ${describe(only)}, and the inventory has them on ${wanted}. A run moves no accounts`,
    fix: [`to keep them where they are: set mailu.database.host to ${only.host.name}`],
  };
}
