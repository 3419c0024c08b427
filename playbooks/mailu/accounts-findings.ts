import { isReached } from 'provision-swarm';
import type { Mailu, Reached } from '../settings/mailu.ts';
import { adopts } from './accounts-elsewhere.ts';
import { ADMIN, fileOf, placesOf } from './accounts-places.ts';
import {
  describe,
  flavorOf,
  type MailuHost,
  namesOf,
  newestCopy,
  type Problem,
  type Seen,
  tracesOf,
  unableOf,
  unlistedNodes,
  when,
} from './accounts-seen.ts';

const MOVED = 'if you have moved them yourself: run again with --database-moved';

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
    fix: [`to keep them where they are: write that server into mailu.database`, MOVED],
  };
}

/** The inventory has a server, and a file has the accounts, or may have them. */
export function fileInUse(seen: Seen): Problem | undefined {
  const { files, service, root, silent } = seen;
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
        MOVED,
      ],
    };
  }
  const copy = newestCopy(seen);
  if (copy !== undefined)
    return {
      code: 'database-elsewhere',
      host: copy.host.name,
      message: `there is a copy of accounts, ${copy.path}, which has what was changed until ${when(copy.modified)} UTC: they were in a file of sqlite's, nothing runs that has them elsewhere, and the inventory has them in a server. A run moves no accounts: Mailu would begin with what that server has`,
      fix: [
        'to go on with the file, or to bring back the copy: write into the inventory mailu: { database: { kind: sqlite } }, and run again: it says how',
        MOVED,
      ],
    };
  const unable = unableOf(seen);
  const [first] = unable;
  if (first !== undefined && unable.length === seen.reached.length)
    return {
      code: 'database-not-looked-for',
      host: first.host.name,
      message: `nothing runs that says where the accounts are, and whether ${root} has copies of a file with accounts could not be told: ${first.why}`,
      fix: [first.host.onHost(`timeout 10 ls ${root}`), MOVED],
    };
  const blind = unable.length > 0;
  if (silent.length === 0 || (tracesOf(seen).length === 0 && !blind)) return undefined;
  return {
    code: 'database-silent',
    message: `there ${blind ? 'may be' : 'is'} mail, and ${namesOf(silent)} did not answer: the accounts that it belongs to may be in a file there, and the inventory has them in a server`,
    fix: [`bring ${namesOf(silent)} back and run again`, MOVED],
  };
}

/** The administration that runs has its accounts where no host was asked for them, or could not be. */
export function inUseElsewhere(mailu: Mailu, runs: MailuHost | undefined, seen: Seen): Problem | undefined {
  const { service, root, reached, silent, hosts } = seen;
  if (service === undefined || mailu.database.kind !== 'sqlite') return undefined;
  const { data } = service;
  const other = otherFile(service);
  if (other !== undefined)
    return {
      code: 'database-elsewhere',
      message: `${ADMIN} has its accounts in ${other}, as its variables say, and a run looks after ${ADMIN_FILE} alone. A run makes no other accounts beside them`,
      fix: [
        `to keep them, stop that service, bring the file to where the inventory has it, as ${fileOf(mailu.database.path)}, with no main.db-journal and no main.db-wal of another beside it, and run again with --database-moved`,
      ],
    };
  if (data === undefined) return inNamelessPlace(service, runs, seen);
  const file = fileOf(mailu.database.path);
  // A volume is a directory of its host's Docker.
  const isThere = (path: string | undefined) =>
    path === data || path?.endsWith(`/volumes/${data}/_data`) === true;
  const looked = ({ facts: { mailData } }: Reached) =>
    [...mailData.looked, ...mailData.databases.map(({ path }) => path.replace(/\/main\.db$/, ''))].some(
      isThere,
    );
  const unlisted = unlistedNodes(hosts);
  // Where nobody is bound to a host, it is where it runs, or anywhere that was not asked: another may have an old volume of that name.
  const unbound = () =>
    reached.some(({ facts }) =>
      facts.mailData.containers.some((container) => container.running && isThere(container.data)),
    ) ||
    (reached.some(looked) &&
      silent.length + unlisted.length === 0 &&
      reached.every(({ facts }) => facts.mailData.engine !== 'stopped'));
  const asked =
    placesOf(mailu, root).files.includes(`${data}/main.db`) ||
    (runs === undefined ? service.node === undefined && unbound() : isReached(runs) && looked(runs));
  const away = runs !== undefined && !isReached(runs);
  if (`${data}/main.db` === file || (asked && !away)) return undefined;
  const where = `${data.startsWith('/') ? data : `the volume ${data} of Docker's`} on ${runs?.name ?? service.node ?? (unlisted.length > 0 ? `one of the nodes that were not asked (${unlisted.join(', ')})` : 'the host where it ran last')}`;
  return {
    code: 'database-elsewhere',
    message: `Mailu's administration has its accounts in ${where}, where they could not be looked for, and the inventory has them in ${file}. A run moves no accounts, and makes no empty database beside them`,
    fix: [
      /^\/.+\/data$/.test(data) && !data.startsWith(`${root}/`)
        ? `to use what is there: write into the inventory mailu: { database: { kind: sqlite, path: ${data.replace(/\/data$/, '')} } }`
        : service.node === undefined && unlisted.length > 0
          ? `write ${unlisted.join(' and ')} into the inventory, and run again: it says then how the accounts are brought where the inventory has them`
          : 'start that host and its Docker, and run again: it says then how the accounts are brought where the inventory has them',
      MOVED,
    ],
  };
}

const ADMIN_FILE = '/data/main.db';

/** A file that is not called as usual, in the container (core/admin/mailu/configuration.py). */
function otherFile(service: NonNullable<Seen['service']>): string | undefined {
  if (flavorOf(service).kind !== 'sqlite') return undefined;
  const { SQLALCHEMY_DATABASE_URI: uri, SQLITE_DATABASE_FILE: named } = service.environment;
  const path = uri === undefined ? named : /^sqlite:\/{3}([^?]*)/.exec(uri)?.[1];
  if (path === undefined || path === '') return undefined;
  const whole = path.startsWith('/') ? path : `/${path}`;
  return whole === ADMIN_FILE ? undefined : whole;
}

/** The service names no place, so only the containers say where the accounts are: in a volume without a name, or in themselves. */
function inNamelessPlace(
  service: NonNullable<Seen['service']>,
  runs: MailuHost | undefined,
  { reached, silent }: Seen,
): Problem | undefined {
  if (flavorOf(service).kind !== 'sqlite') return undefined;
  if (reached.some(({ facts }) => facts.mailData.containers.some(({ running }) => running))) return undefined;
  const unasked = [
    ...silent.map((host) => ({ host, why: 'did not answer' })),
    ...reached
      .filter(({ facts }) => facts.mailData.engine === 'stopped')
      .map((host) => ({ host, why: 'has a Docker that does not run' })),
  ].filter(({ host }) => runs === undefined || host === runs);
  const [first] = unasked;
  if (first === undefined) return undefined;
  return {
    code: 'database-elsewhere',
    host: first.host.name,
    message: `${ADMIN} names no place for its accounts, so they are in a container of its, and ${first.host.name} ${first.why}. A run makes no others beside them`,
    fix: [
      `start ${namesOf(unasked.map(({ host }) => host))} and its Docker, and run again: it says then how the accounts are brought where the inventory has them`,
      MOVED,
    ],
  };
}
