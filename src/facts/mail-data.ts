import { type Probe, ProbeError } from '../resource/index.ts';
import { raw, type Script, sh } from '../shell/index.ts';
import { type AdminContainer, type AdminService, adminText, readAdmin } from './admin-service.ts';
import { AWAY } from './away.ts';
import { LOOK, PATIENCE } from './mail-look.ts';

/** A file of sqlite's that is not empty. */
export interface DatabaseFile {
  /** Where it is. */
  readonly path: string;
  /** How large it is. */
  readonly bytes: number;
  /** When it was last written, in seconds since 1970. */
  readonly modified: number;
  /** What the file is, by whatever path it is reached; copies are not asked for it. */
  readonly identity?: FileIdentity | undefined;
}

/** What tells a file from every other, by whatever path it is reached. */
export interface FileIdentity {
  /** Device and inode, as this host numbers them (stat(2)). */
  readonly number: string;
  /** The type of the file system that it is on, as findmnt(8) has it; `-` where it does not say. */
  readonly type: string;
  /** The source of that file system, likewise. */
  readonly source: string;
}

export interface MailDataFacts {
  /** Files in the places that were asked for, and where containers of the service have had their data on this host. */
  readonly databases: readonly DatabaseFile[];
  /** Where the accounts were on this host by this tool's own record, whether they are there or not. */
  readonly recorded: readonly string[];
  /** Directories in which containers of the service have had their data on this host, and which were looked at. */
  readonly looked: readonly string[];
  /** Directories of volumes that no container has, and that are not of the stack, with accounts of some Mailu's in them. */
  readonly strays: readonly string[];
  /** Why those places may not be all there are: a disk that is not there now. */
  readonly away: string | undefined;
  /** Why what is at the places of the mail and the keys may not be theirs: a disk that is not there now. */
  readonly mailAway: string | undefined;
  /** Containers of the service on this host, the newest first. */
  readonly containers: readonly AdminContainer[];
  /** Whether Docker could be asked for them; `none`: the host has no Docker. */
  readonly engine: 'asked' | 'stopped' | 'none';
  /** On the shared storage, as this host sees it; `unknown`: it could not look. */
  readonly shared:
    | {
        /** Why it could not be looked at. */
        readonly unknown: string;
      }
    | {
        readonly unknown: undefined;
        /** Whether something is mounted there. */
        readonly mounted: boolean;
        /** Addresses whose mail is there, some of them. */
        readonly mailboxes: readonly string[];
        /** Names of files with DKIM keys. */
        readonly keys: readonly string[];
        /** Those of the directories for mail and for keys that are there, which the first run makes. */
        readonly folders: readonly string[];
        /** Copies of the database that this tool has made, the newest last. Each is as old as what is in it. */
        readonly copies: readonly DatabaseFile[];
        /** When the accounts were last copied, or found to be as the newest copy has them, in seconds since 1970. */
        readonly copied: number | undefined;
        /** Whether the directory of the copies is there, which the first that is begun makes. */
        readonly begun: boolean;
        /** Files of overrides, by their names below their directory: `postfix/postfix.cf`. */
        readonly overrides: readonly string[];
        /** Tags of the administrations that this tool has deployed. */
        readonly deployed: readonly string[];
      };
  /** The service, as managers know it, and nobody else. */
  readonly service: AdminService | undefined;
}

export interface MailPlaces {
  /** The name of the service in the swarm. */
  readonly service: string;
  /** The stack that it is of, whose volumes outlive it. */
  readonly stack: string;
  /** Where the file system of all nodes is mounted. */
  readonly root: string;
  /** Files that may hold the accounts. */
  readonly files: readonly string[];
  /** The directory of the copies. */
  readonly copies: string;
  /** The directory that says which administrations have been deployed. */
  readonly deployed: string;
  /** A file of a host in which `ACCOUNTS_RECORD=PATH` says where the accounts were there when this tool last wrote it. */
  readonly recorded: string;
}

/** A key that systemd passes over (systemd.unit(5)). */
export const ACCOUNTS_RECORD = 'X-Accounts';

/**
 * What of a mail server cannot be made again, wherever it is on a host: the accounts, mailboxes, DKIM keys, and copies. Mailu
 * keeps mail in `mail/ADDRESS` and keys in `dkim/DOMAIN.SELECTOR.key` (core/admin/mailu/models.py; Dovecot's mail_location).
 */
export function mailDataFacts({
  service,
  stack,
  root,
  files,
  copies,
  deployed,
  recorded,
}: MailPlaces): Probe<MailDataFacts> {
  const own = files.filter((file) => !file.startsWith(`${root}/`));
  const shared = [
    ...files.filter((file) => !own.includes(file)),
    `${root}/mail`,
    `${root}/dkim`,
    `${root}/overrides`,
    copies,
    deployed,
  ];
  return {
    script: sh`
      ${AWAY}
      for f in ${own}; do away "$f" | sed 's/^/away /'; done
      for f in ${[`${root}/mail`, `${root}/dkim`]}; do away "$f" | sed 's/^/mail-away /'; done
      look() { timeout ${PATIENCE} sh -c ${LOOK.shown} sh "$@" || echo "unknown $1 did not answer in ${raw(String(PATIENCE))} s"; }
      for f in ${own}; do look "$f"; done
      if [ -r ${recorded} ]; then
        sed -n ${`s/^${ACCOUNTS_RECORD}=//p`} ${recorded} | while IFS= read -r f; do
          case $f in ${`${root}/`}*) continue ;; esac
          echo "recorded $f"
          look "$f" </dev/null
          away "$f" | sed 's/^/away /'
        done
      fi
      ${adminText(service, stack)}
      ${mountedAt(root)}
      look ${shared}
      exit 0`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not look for the accounts and the mail', output);
      const rows = output.stdout.split('\n').filter((line) => line !== '');
      const of = (kind: string) =>
        rows.filter((row) => row.startsWith(`${kind} `)).map((row) => row.slice(kind.length + 1));
      const [mailAway] = of('mail-away');
      const [unknown = mailAway] = of('unknown');
      const identities = new Map(of('is').map(readIdentity));
      return {
        databases: [
          ...new Map(
            of('database')
              .map(readFile)
              .map((file) => [file.path, { ...file, identity: identities.get(file.path) }]),
          ).values(),
        ],
        recorded: of('recorded'),
        looked: [...new Set(of('looked'))],
        strays: of('stray'),
        away: of('away')[0],
        mailAway,
        shared:
          unknown === undefined
            ? {
                unknown,
                mounted: of('mounted').length > 0,
                mailboxes: of('mailbox'),
                keys: of('key'),
                folders: of('folder'),
                copies: of('copy')
                  .map(readFile)
                  .toSorted((a, b) => a.modified - b.modified || (a.path < b.path ? -1 : 1)),
                copied: of('copied').map(Number)[0],
                begun: of('begun').length > 0,
                overrides: of('override').toSorted(),
                deployed: of('deployed'),
              }
            : { unknown },
        ...readAdmin(service, rows),
      };
    },
  };
}

function mountedAt(root: string): Script {
  return sh`
    timeout ${PATIENCE} findmnt -rn --mountpoint ${root} >/dev/null
    case $? in
      0) echo 'mounted yes' ;;
      124) echo "unknown the mount table did not answer in ${raw(String(PATIENCE))} s" ;;
    esac`;
}

function readIdentity(row: string): readonly [string, FileIdentity] {
  const [number = '', type = '', source = '', ...path] = row.split(' ');
  return [path.join(' '), { number, type, source }];
}

function readFile(row: string): DatabaseFile {
  const [bytes, modified, ...path] = row.split(' ');
  return { path: path.join(' '), bytes: Number(bytes), modified: Number(modified) };
}

/** Asks nothing, where the inventory has no mail server. */
export const noMailData: Probe<MailDataFacts> = {
  script: sh`:`,
  parse: () => ({
    databases: [],
    recorded: [],
    looked: [],
    strays: [],
    away: undefined,
    mailAway: undefined,
    containers: [],
    engine: 'none',
    shared: {
      unknown: undefined,
      mounted: false,
      mailboxes: [],
      keys: [],
      folders: [],
      copies: [],
      copied: undefined,
      begun: false,
      overrides: [],
      deployed: [],
    },
    service: undefined,
  }),
};
