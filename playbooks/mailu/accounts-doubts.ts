import { isReached } from 'provision-swarm';
import type { Mailu } from '../settings/mailu.ts';
import type { FoundFile } from './accounts-files.ts';
import { inUseElsewhere } from './accounts-findings.ts';
import { notInInventory } from './accounts-lost.ts';
import { aside } from './accounts-moves.ts';
import { fileOf } from './accounts-places.ts';
import {
  bringBack,
  CLOCKS,
  describe,
  diskAway,
  isOf,
  type MailuHost,
  namesOf,
  newestCopy,
  type Problem,
  type Seen,
  shared,
  unableOf,
  unlistedNodes,
  when,
  withDiskAway,
} from './accounts-seen.ts';
import { endingHolders, holdersOf, holdersText, isBoundTo, isInUse } from './accounts-use.ts';

/**
 * Why accounts that were found may be old ones: an administration that is started with them would know nobody who came since. The
 * file that the running administration has is never doubted.
 */
export function notTheOnes(
  only: FoundFile,
  mailu: Mailu,
  runs: MailuHost | undefined,
  seen: Seen,
): Problem | undefined {
  const { service } = seen;
  if (service !== undefined && isBoundTo(only, service)) return undefined;
  return (
    inUseElsewhere(mailu, runs, seen) ??
    boundElsewhere(only, mailu, runs, seen) ??
    // A host that is cut off may run an administration that the swarm has replaced elsewhere: who is silent is asked about first.
    unasked(only, seen) ??
    (isInUse(only) ? undefined : (unread(only, seen) ?? older(only, seen)))
  );
}

const brought = ({ host }: FoundFile) =>
  `if the accounts on ${host.name} are the ones to go on with: run again with --database-moved`;

const orBrought = (problem: Problem, only: FoundFile): Problem => ({
  ...problem,
  fix: [...problem.fix, brought(only)],
});

function boundElsewhere(
  only: FoundFile,
  mailu: Mailu,
  runs: MailuHost | undefined,
  seen: Seen,
): Problem | undefined {
  const bound = seen.service?.node;
  if (bound === undefined || isOf(only.host, bound)) return undefined;
  const found = `there are accounts in ${describe(only)}, and Mailu's administration is bound to ${bound}`;
  if (runs === undefined) {
    const file = mailu.database.kind === 'sqlite' ? fileOf(mailu.database.path) : only.path;
    const gone = notInInventory(bound, only.host, file, seen);
    return {
      ...gone,
      message: `${gone.message}. Those in ${describe(only)} may be old`,
      fix: [...gone.fix.slice(0, 1), brought(only)],
    };
  }
  if (!isReached(runs))
    return {
      code: 'database-silent',
      message: `${found}, which did not answer: the accounts that are in use are there, and these may be old`,
      fix: [`bring ${runs.name} back and run again`, brought(only)],
    };
  if (runs.facts.mailData.away === undefined) return undefined;
  return orBrought(
    diskAway(runs, `${found}, where they may be on a disk that is not there now, and these may be old`),
    only,
  );
}

/** No administration says where its accounts are, and not every host could. */
function unasked(only: FoundFile, seen: Seen): Problem | undefined {
  if (seen.service?.node !== undefined) return undefined;
  const found = `there are accounts in ${describe(only)}, and nothing runs that says whether these are the newest`;
  if (seen.silent.length > 0)
    return {
      code: 'database-silent',
      message: `${found}: ${namesOf(seen.silent)} did not answer, and may have others`,
      fix: [bringBack(seen.silent), brought(only)],
    };
  const unlisted = unlistedNodes(seen.hosts);
  // What runs with these is seen by the swarm, of which they are nodes.
  if (unlisted.length > 0 && !isInUse(only))
    return {
      code: 'database-silent',
      message: `${found}: ${unlisted.join(', ')} ${unlisted.length === 1 ? 'is a node' : 'are nodes'} of the swarm, not in the inventory, and may have others`,
      fix: [`write ${unlisted.join(' and ')} into the inventory, and run again`, brought(only)],
    };
  const gone = withDiskAway(seen);
  if (gone === undefined) return undefined;
  return orBrought(diskAway(gone, `${found}: here others may be on a disk that is not there now`), only);
}

/** No host could look whether the storage has a copy of what came later. */
function unread(only: FoundFile, seen: Seen): Problem | undefined {
  const unable = unableOf(seen);
  const [first] = unable;
  if (first === undefined || unable.length < seen.reached.length) return undefined;
  return {
    code: 'database-not-looked-for',
    host: first.host.name,
    message: `there are accounts in ${describe(only)}, and whether the storage has newer ones could not be told: ${first.why}`,
    fix: [first.host.onHost(`timeout 10 ls ${seen.root}`), brought(only)],
  };
}

/** The shared storage has a copy of what came later. */
function older(only: FoundFile, seen: Seen): Problem | undefined {
  const copy = newestCopy(seen);
  if (copy === undefined || copy.modified <= only.modified + CLOCKS) return undefined;
  const held = holdersOf(only);
  return {
    code: 'database-old',
    host: only.host.name,
    message: `the accounts in ${describe(only)} are older than their newest copy on the shared storage, ${copy.path}, which has what was changed until ${when(copy.modified)} UTC: they were left here once. With them Mailu would not know who came since`,
    fix: [
      ...(held.length === 0
        ? []
        : [`${holdersText(held)} has the old file: stop that first`, ...endingHolders(held)]),
      `to go on with the copy, move the old file aside and run again, which says how the copy is brought back: ${only.host.onHost(aside(only.path))}`,
      brought(only),
    ],
  };
}

/** What is at the place of the mail is not the mail: empty mailboxes would be made below the mount point of a disk that is away. */
export function mailAway({ reached, root }: Seen): Problem | undefined {
  const host = reached.find(({ facts }) => facts.mailData.mailAway !== undefined);
  if (host === undefined) return undefined;
  return {
    code: 'storage-away',
    host: host.name,
    message: `the mail and the DKIM keys below ${root} may be on a disk that is not there now, and a run makes no empty mailboxes in their place. ${host.facts.mailData.mailAway}`,
    fix: [host.onHost('findmnt --verify; lsblk -f')],
  };
}

/**
 * Accounts without any mail: the storage that belongs to them may not be this one, a disk that is not mounted or a new, empty volume.
 * The first run makes both directories before there are accounts.
 */
export function withoutMail(seen: Seen, kind: string): Problem | undefined {
  const { files, service, root } = seen;
  if (files.length === 0 && service === undefined) return undefined;
  const views = seen.reached.flatMap((host) => {
    const view = shared(host);
    // What is to be mounted and is not yet, says nothing.
    return view === undefined || (kind !== 'none' && !view.mounted) ? [] : [{ host, view }];
  });
  const [first] = views;
  if (first === undefined || views.some(({ view }) => view.folders.length > 0)) return undefined;
  return {
    code: 'storage-empty',
    host: first.host.name,
    message: `${files.length === 0 ? 'Mailu has been deployed here' : `there are accounts (${files.map(describe).join(', ')})`}, and ${root} has neither ${files.length === 0 ? 'its' : 'their'} mail nor ${files.length === 0 ? 'its' : 'their'} DKIM keys: it may not be the storage that they are on. A run makes no empty mailboxes beside accounts`,
    fix: [
      `look what is there, and mount what belongs there: ${first.host.onHost(`findmnt -T ${root}; ls -la ${root}`)}`,
      `if there is no mail yet, or it is lost for good, begin with an empty storage: ${first.host.onHost(`mkdir -p ${root}/mail ${root}/dkim`)}`,
    ],
  };
}
