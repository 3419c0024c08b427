import { sh } from 'provision-swarm';
import type { Mailu, Reached } from '../settings/mailu.ts';
import { type FoundFile, hostsOf, isAt, isOfNetwork, isOnSharedStorage } from './accounts-files.ts';
import { aside, brings, copiesOut, STOPS } from './accounts-moves.ts';
import { ADMIN, dataOf, fileOf, sharedFile } from './accounts-places.ts';
import { describe, namesOf, type Problem, type Seen } from './accounts-seen.ts';
import { endingHolders, holdersOf, holdersText, isInUse } from './accounts-use.ts';

/** A setting has the directory that `data` is in: a volume of Docker's, or another name, cannot be written as one. */
const isSetting = (file: FoundFile, root: string) =>
  !isOnSharedStorage(file, root) && file.path.endsWith('/data/main.db');

/** A volume that was given no name, which swarm removes with the container. */
const isWithoutName = ({ path }: FoundFile) => /\/volumes\/[0-9a-f]{64}\/_data\/main\.db$/.test(path);

/** A volume that Docker makes of something, and has mounted only while a container has it. */
const isMadeOf = ({ path, seen }: FoundFile) =>
  /\/volumes\/[^/]+\/_data\/main\.db$/.test(path) &&
  seen.some(
    ({ identity }) => identity !== undefined && (/\]$/.test(identity.source) || isOfNetwork(identity)),
  );

export function adopts(file: FoundFile, root: string): string {
  return !isSetting(file, root)
    ? 'mailu: { database: { kind: sqlite } }, and run again: it says how they are brought onto a host'
    : `mailu: { database: { kind: sqlite, host: ${file.host.name}, path: ${file.path.replace(/\/data\/main\.db$/, '')} } }`;
}

export function severalPlaces(files: readonly FoundFile[], { service, manager }: Seen): Problem {
  const used = files.filter(isInUse);
  const [running] = used.length === 1 ? used : [];
  const found = `there are accounts in several places: ${files.map(describe).join('; ')}`;
  if (running === undefined)
    return {
      code: 'two-databases',
      message: `${found}. Which of them are yours is not clear: ${used.length === 0 ? 'no administration was seen that runs with one of them' : `administrations run with ${used.map(({ path, host }) => `${path} on ${host.name}`).join(' and with ')}`}. Find out which are right; the commands below show when each was last written, and what has it`,
      fix: [
        ...(service === undefined || manager === undefined
          ? []
          : [manager.onHost(`docker service ps --no-trunc ${ADMIN}`)]),
        ...files.map(({ host, path }) =>
          host.onHost(
            `ls -l --time-style=full-iso ${sh`${path}`.shown}*; docker ps -a --no-trunc --format '{{.Names}} {{.Status}} {{.Mounts}}' | grep ${ADMIN}`,
          ),
        ),
        'then rename those that are not right, main.db together with main.db-journal, main.db-wal and main.db-shm, which loses nothing, and run again',
      ],
    };
  const others = files.filter((file) => file !== running);
  const held = others.flatMap(holdersOf);
  return {
    code: 'two-databases',
    message: `${found}. Mailu uses those in ${running.path} on ${running.host.name}. ${held.length === 0 ? 'Make sure that these are right, and move the others aside, which loses nothing' : `Others are used by ${holdersText(held)}: stop that first, then run again`}`,
    fix:
      held.length === 0
        ? others.map(({ host, path }) => host.onHost(aside(path)))
        : [...new Set(endingHolders(held))],
  };
}

/** The only accounts are in another directory than the inventory's. */
export function anotherPlace(only: FoundFile, mailu: Mailu, seen: Seen): Problem {
  const { root, manager, service } = seen;
  const { host } = only;
  const elsewhere = {
    code: isOnSharedStorage(only, root) ? 'database-on-shared-storage' : 'database-elsewhere',
    host: host.name,
  };
  const found = `the accounts are in ${describe(only)}`;
  if (isSetting(only, root) || mailu.database.kind !== 'sqlite')
    return {
      ...elsewhere,
      message: `${found}, and the inventory has them elsewhere. A run moves no accounts`,
      fix: [`to use what is there: write into the inventory ${adopts(only, root)}`],
    };
  const to = dataOf(mailu.database.path);
  const why = isOnSharedStorage(only, root)
    ? `on ${isAt(only, sharedFile(root)) ? 'the shared storage' : `a file system that ${namesOf(hostsOf(only))} have mounted`}, where the locks of sqlite do not hold and two writers can spoil it. They have to be brought onto a disk of one host`
    : `and the inventory has them in ${fileOf(mailu.database.path)}. They have to be brought there`;
  const held = holdersOf(only);
  if (held.length > 0)
    return {
      ...elsewhere,
      message: `${found}, ${why}. While it is used, a copy would not be whole: ${holdersText(held)} has it. Stop that first, with all that belongs to it, and run again: the run says then how they are brought`,
      fix: [...new Set(endingHolders(held))],
    };
  if (isAt(only, `${to}/main.db`))
    return {
      ...elsewhere,
      message: `${found}, ${why}, and ${mailu.database.path} is no such place`,
      fix: [
        'write into the inventory a directory on a disk of one host alone, as in mailu: { database: { kind: sqlite, path: /srv/accounts } }, and run again: the run says then how they are brought there',
      ],
    };
  const running = host.facts.mailData.containers.find(
    (container) => container.running && only.seen.some(({ path }) => path === `${container.data}/main.db`),
  );
  const place = isWithoutName(only)
    ? `a volume without a name, ${REMOVED}`
    : isMadeOf(only)
      ? 'a volume that is mounted while a container has it'
      : undefined;
  if (place !== undefined && running !== undefined) {
    const { message, fix } = outOf(host, running.id, `${found}, in ${place}`, to, seen);
    const again = 'once that has ended without an error: run again with --database-moved';
    return { ...elsewhere, message, fix: isWithoutName(only) ? fix : [...fix, again] };
  }
  // With its service, a volume without a name would go before it was copied.
  const stop = !isWithoutName(only) && (service !== undefined || isInUse(only));
  return {
    ...elsewhere,
    message: `${found}, ${why}: ${stop ? "stop Mailu's administration (the first command waits until it has stopped), then " : ''}copy them on the host that is to keep them, then run again. Nobody can log in in between. What was there stays beside it under another name`,
    fix: [
      ...(stop ? [(manager ?? host).onHost(STOPS)] : []),
      host.onHost(brings(only.path.replace(/\/main\.db$/, ''), to)),
    ],
  };
}

const REMOVED = 'which Docker removes with its container';

/** The accounts would be gone with the container that has them: they are copied while it is there. */
function outOf(
  host: Reached,
  id: string,
  found: string,
  to: string,
  { manager }: Seen,
): Pick<Problem, 'message' | 'fix'> {
  return {
    message: `${found}: copy them before anything is stopped. The command below does that while Mailu runs, and stops its administration only once the copy is whole. What is changed within these seconds is not in it; nobody can log in until the next run`,
    // One line, for the second without the first would lose them.
    fix: [`${host.onHost(copiesOut(id, true, to))} && ${(manager ?? host).onHost(STOPS)}`],
  };
}

/** Accounts in a container itself: its service and its image name no place for them. */
export function insideContainer(mailu: Mailu, seen: Seen): Problem | undefined {
  if (mailu.database.kind !== 'sqlite') return undefined;
  const to = dataOf(mailu.database.path);
  const all = seen.reached.flatMap((host) =>
    host.facts.mailData.containers.filter(({ inside }) => inside).map((container) => ({ host, container })),
  );
  const run = all.filter(({ container }) => container.running);
  // What has stopped has been replaced, or its accounts have been brought out of it.
  const [one, another] = run.length > 0 ? run : seen.files.length > 0 ? [] : all;
  if (one === undefined) return undefined;
  const { host, container } = one;
  const code = 'database-elsewhere';
  const found = `the accounts are in the container ${container.id.slice(0, 12)} of ${ADMIN} on ${host.name}`;
  if (run.length > 1 && another !== undefined)
    return {
      code,
      host: host.name,
      message: `${found}, and in that on ${another.host.name}: each has its own, which are gone with it. Find out which are right before anything is stopped`,
      fix: run.map((each) =>
        each.host.onHost(
          `docker exec ${each.container.id.slice(0, 12)} flask mailu config-export user.email`,
        ),
      ),
    };
  if (container.running)
    return {
      code,
      host: host.name,
      ...outOf(host, container.id, `${found}, in no directory of the host, ${REMOVED}`, to, seen),
    };
  return {
    code,
    host: host.name,
    message: `${found}, which has ended, and are gone once Docker removes it: copy them now, then run again`,
    fix: [host.onHost(copiesOut(container.id, false, to))],
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
