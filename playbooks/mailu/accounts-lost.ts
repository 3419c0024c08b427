import { ACCOUNTS_RECORD } from 'provision-swarm';
import { restores, restoresBackup } from './accounts-moves.ts';
import { COPY_UNIT, copiesOf, DEFAULT_FILE, IMAP } from './accounts-places.ts';
import {
  bringBack,
  diskAway,
  isOf,
  type MailuHost,
  namesOf,
  newestCopy,
  type Problem,
  recordsOf,
  type Seen,
  shared,
  tracesOf,
  unableOf,
  when,
  withDiskAway,
} from './accounts-seen.ts';
import { stops } from './stops.ts';

/** The accounts are on a host that the inventory has no longer. Where it is gone for good, the newest copy is what is left. */
export function notInInventory(bound: string, first: MailuHost, file: string, seen: Seen): Problem {
  const copy = newestCopy(seen);
  const place = copy === undefined ? undefined : placeFor(first, copy, seen);
  return {
    code: 'database-on-unknown-host',
    message: `Mailu's administration is bound to ${bound}, which is not in the inventory: the accounts are there. A run moves no accounts, and begins with no others`,
    fix: [
      `put ${bound} back into the inventory`,
      `where ${bound} is gone for good: ${place === undefined || copy === undefined ? `bring the file back from your backup to a host that is to keep it, as ${file}, with no main.db-journal and no main.db-wal of another beside it, and run again with --database-moved` : `bring the newest copy, of ${when(copy.modified)} UTC, to a host, and run again with --database-moved: ${place.onHost(restores(copy.path, file))}`}`,
    ],
  };
}

/** Why a database that was not found may be somewhere all the same, or was once. */
export function mayBeSomewhere(
  first: MailuHost,
  file: string,
  bound: string | undefined,
  seen: Seen,
): Problem | undefined {
  const { hosts, reached, silent, root } = seen;
  if (silent.length > 0)
    return {
      code: 'database-silent',
      message: `no accounts were seen, and ${namesOf(silent)} did not answer: they may be there, and no empty database is made beside them`,
      fix: [bringBack(silent)],
    };
  if (bound !== undefined && !hosts.some((host) => isOf(host, bound)))
    return notInInventory(bound, first, file, seen);
  const [unable] = unableOf(seen);
  if (unable !== undefined)
    return {
      code: 'database-not-looked-for',
      host: unable.host.name,
      message: `no accounts were found, and whether there is mail without them could not be told: ${unable.why}`,
      fix: [unable.host.onHost(`timeout 10 ls ${root}`)],
    };
  const gone = withDiskAway(seen);
  if (gone !== undefined)
    return diskAway(gone, 'no accounts were found, and here they may be on a disk that is not there now');
  const traces = tracesOf(seen);
  const records = recordsOf(seen);
  const copy = newestCopy(seen);
  if (traces.length + records.length === 0) return undefined;
  const left = [
    ...(traces.length === 0 ? [] : [`on the shared storage there is ${traces.join(', and ')}`]),
    ...(records.length === 0
      ? []
      : [
          `a run has left some in ${records.map(({ host, path }) => `${path} on ${host.name}`).join(', and in ')}`,
        ]),
  ];
  const backup = copy === undefined ? undefined : placeFor(first, copy, seen);
  // What is moved aside is moved where it is seen.
  const viewer = seenBy(seen) ?? first;
  return {
    code: 'database-lost',
    host: (backup ?? first).name,
    message: `no accounts were found in ${file}${file === DEFAULT_FILE ? '' : `, in ${DEFAULT_FILE}`}, or where a run has last left them, on any host, and ${left.join(', and ')}: there were accounts once. With an empty database Mailu would know nobody, and refuse all mail. ${copy === undefined ? 'Bring the file back from your backup to the host that is to keep it' : 'The command below brings the newest copy back to a host, which then keeps them; what was changed after it is not in it. If the old host, or its disk, comes back, or mailu.database.path was another one, prefer what is there'}`,
    fix: [
      copy === undefined
        ? `from your backup: ${first.onHost(restoresBackup(file))}`
        : (backup?.onHost(restores(copy.path, file)) ??
          `bring the storage of ${first.name} back first: run with --stage base --stage docker --stage swarm --stage storage, then without, which says how the copy is brought back`),
      ...(reached.some(({ facts }) => facts.containers.includes(IMAP))
        ? [
            `before what comes next, stop imap, which has the mail open and would go on writing where that is moved to; a run starts it again: ${(seen.manager ?? viewer).onHost(stops(IMAP))}`,
          ]
        : []),
      ...(records.length === 0
        ? []
        : [
            `to begin without the old accounts, say so to each host that remembers where they were: ${[...new Set(records.map(({ host }) => host))].map((host) => host.onHost(`sed -i '/^${ACCOUNTS_RECORD}=/d' ${COPY_UNIT}`)).join(', and ')}`,
          ]),
      ...(traces.length === 0
        ? []
        : [
            `to begin without the old accounts, move aside what is left of them, which loses nothing: ${viewer.onHost([`${root}/mail`, `${root}/dkim`, ...(copy === undefined ? [] : [copiesOf(root)])].map((path) => `mv -nT ${path} ${path}.aside-$(date +%s)`).join('; '))}`,
          ]),
    ],
  };
}

const seenBy = ({ reached }: Seen) =>
  reached.find((host) => {
    const view = shared(host);
    return view !== undefined && view.mailboxes.length + view.keys.length + view.copies.length > 0;
  });

/** A host that can read the copy: the one that is to keep the accounts, or where the inventory names none, any. */
function placeFor(
  first: MailuHost,
  copy: { readonly path: string },
  { reached, wanted }: Seen,
): MailuHost | undefined {
  const able = reached.filter((host) => shared(host)?.copies.some(({ path }) => path === copy.path));
  return able.find(({ name }) => name === first.name) ?? (wanted === undefined ? able[0] : undefined);
}
