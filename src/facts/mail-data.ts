import { z } from 'zod';
import { type Probe, ProbeError } from '../resource/index.ts';
import { raw, type Script, sh } from '../shell/index.ts';
import { AWAY } from './away.ts';

/** A file of sqlite's that is not empty. */
export interface DatabaseFile {
  readonly path: string;
  readonly bytes: number;
  /** Seconds since 1970. */
  readonly modified: number;
}

/** The service that runs Mailu's administration, as its managers know it, whoever made it. */
export interface AdminService {
  /** Variables of its containers; those that name a database decide where the accounts are. */
  readonly environment: Readonly<Record<string, string>>;
  /** The directory of a node, or the volume, that has its data. */
  readonly data: string | undefined;
  /** The host name of the node that it is bound to, if it is bound to one. */
  readonly node: string | undefined;
  readonly image: string;
}

export interface MailDataFacts {
  /** Files in the places that were asked for, and where containers of the service have had their data on this host. */
  readonly databases: readonly DatabaseFile[];
  /** Directories in which containers of the service have had their data on this host, and which were looked at. */
  readonly looked: readonly string[];
  /** Why those places may not be all there are: a disk that is not there now. */
  readonly away: string | undefined;
  /** On the shared storage, as this host sees it; `unknown`: it could not look. */
  readonly shared:
    | { readonly unknown: string }
    | {
        readonly unknown: undefined;
        /** Whether something is mounted there. */
        readonly mounted: boolean;
        /** Addresses whose mail is there, some of them. */
        readonly mailboxes: readonly string[];
        /** Names of files with DKIM keys. */
        readonly keys: readonly string[];
        /** Whether there are directories for mail and for keys, which the first run makes. */
        readonly folders: readonly string[];
        /** Copies of the database that this tool has made, the newest last. Each is as old as what is in it. */
        readonly copies: readonly DatabaseFile[];
        /** When the accounts were last copied, or found to be as the newest copy has them, in seconds since 1970. */
        readonly copied: number | undefined;
        /** Whether the directory of the copies is there, which the first that is begun makes. */
        readonly begun: boolean;
        /** Tags of the administrations that this tool has deployed. */
        readonly deployed: readonly string[];
      };
  /** Known to managers alone. */
  readonly service: AdminService | undefined;
}

export interface MailPlaces {
  /** The name of the service in the swarm. */
  readonly service: string;
  /** Where the file system of all nodes is mounted. */
  readonly root: string;
  /** Files that may hold the accounts. */
  readonly files: readonly string[];
  /** The directory of the copies. */
  readonly copies: string;
  /** The directory that says which administrations have been deployed. */
  readonly deployed: string;
}

/** Seconds that the shared storage may take to answer. */
const PATIENCE = 10;
/** Mailboxes that are named. */
const SOME = 5;

const inspected = z.object({
  Spec: z.object({
    TaskTemplate: z.object({
      ContainerSpec: z.object({
        Image: z.string().default(''),
        Env: z.array(z.string()).nullish(),
        Mounts: z.array(z.object({ Source: z.string().default(''), Target: z.string() })).nullish(),
      }),
      Placement: z.object({ Constraints: z.array(z.string()).nullish() }).nullish(),
    }),
  }),
});

/**
 * What of a mail server cannot be made again, wherever it is on a host: the accounts, mailboxes, DKIM keys, and copies. Mailu
 * keeps mail in `mail/ADDRESS` and keys in `dkim/DOMAIN.SELECTOR.key` (core/admin/mailu/models.py; Dovecot's mail_location).
 */
export function mailDataFacts({ service, root, files, copies, deployed }: MailPlaces): Probe<MailDataFacts> {
  const own = files.filter((file) => !file.startsWith(`${root}/`));
  const shared = [
    ...files.filter((file) => !own.includes(file)),
    `${root}/mail`,
    `${root}/dkim`,
    copies,
    deployed,
  ];
  return {
    script: sh`
      ${AWAY}
      for f in ${own}; do away "$f" | sed 's/^/away /'; done
      for f in ${[`${root}/mail`, `${root}/dkim`]}; do away "$f" | sed 's/^/unknown /'; done
      look() { timeout ${PATIENCE} sh -c ${LOOK.shown} sh "$@" || echo "unknown $1 did not answer in ${raw(String(PATIENCE))} s"; }
      for f in ${own}; do look "$f"; done
      if command -v docker >/dev/null && [ "$(systemctl is-active docker.service)" = active ]; then
        ids=$(timeout 30 docker ps -aq --no-trunc --filter ${`label=com.docker.swarm.service.name=${service}`}) || exit 66
        for id in $ids; do
          had=$(timeout 30 docker inspect --format '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Source}}{{end}}{{end}}' "$id" 2>/dev/null)
          [ -z "$had" ] || { look "$had/main.db"; echo "looked $had"; }
        done
        if one=$(timeout 30 docker service inspect --format '{{json .}}' -- ${service} 2>&1); then printf 'service %s\n' "$one"
        else case $one in *'no such service'* | *'not a swarm manager'* | *'not part of a swarm'* | *'does not have a leader'* | *'deadline exceeded'*) ;; *) printf '%s\n' "$one" >&2; exit 66 ;; esac; fi
      fi
      ${mountedAt(root)}
      look ${shared}
      exit 0`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not look for the accounts and the mail', output);
      const rows = output.stdout.split('\n').filter((line) => line !== '');
      const of = (kind: string) =>
        rows.filter((row) => row.startsWith(`${kind} `)).map((row) => row.slice(kind.length + 1));
      const [unknown] = of('unknown');
      const [service] = of('service');
      return {
        databases: [
          ...new Map(
            of('database')
              .map(readFile)
              .map((file) => [file.path, file]),
          ).values(),
        ],
        looked: [...new Set(of('looked'))],
        away: of('away')[0],
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
                deployed: of('deployed'),
              }
            : { unknown },
        service: service === undefined ? undefined : readService(service),
      };
    },
  };
}

/**
 * Text that looks at each of its arguments by its name: a file of sqlite's, or the directory of the mail, the keys or the copies.
 * What cannot be looked at is not what is not there: the client of a file system has ended, or its server has forgotten it.
 */
const LOOK = raw(`\
at() {
  told=$(stat -L -c "%s %Y" -- "$1" 2>&1) && return 0
  case $told in *"No such file"* | *"Not a directory"*) ;; *) echo "unknown $told" ;; esac
  return 1
}
file() {
  at "$1" || return 0
  size=\${told%% *} time=\${told##* }
  [ "$size" != 0 ] || return 0
  # What sqlite has not yet brought from its log into the file is of the accounts as well.
  told=$(stat -L -c %Y -- "$1-wal" 2>/dev/null) && [ "$told" -gt "$time" ] && time=$told
  printf "%s %s %s %s\\n" "$2" "$size" "$time" "$1"
}
list() { ! at "$1" || { echo "folder \${1##*/}"; names=$(ls -1A -- "$1" 2>&1) && printf "%s\\n" "$names"; } || printf "unknown %s\\n" "$names" | head -n 1; }
for path; do
  case $path in
    *.db) file "$path" database ;;
    */mail) list "$path" | sed -e "/^unknown /b" -e "/^folder /b" -e "/@/!d" -e "s/^/mailbox /" | head -n ${SOME + 1} ;;
    */dkim) list "$path" | sed -e "/^unknown /b" -e "/^folder /b" -e "/[.]key$/!d" -e "s/^/key /" ;;
    */deployed) list "$path" | sed -e "/^unknown /b" -e "/^folder /d" -e "s/^/deployed /" ;;
    *) ! at "$path" || { echo begun yes; ! at "$path/.copied" || echo "copied \${told##* }"; for copy in "$path"/main-*.db; do file "$copy" copy; done; } ;;
  esac
done
exit 0`);

function mountedAt(root: string): Script {
  return sh`
    timeout ${PATIENCE} findmnt -rn --mountpoint ${root} >/dev/null
    case $? in
      0) echo 'mounted yes' ;;
      124) echo "unknown the mount table did not answer in ${raw(String(PATIENCE))} s" ;;
    esac`;
}

function readFile(row: string): DatabaseFile {
  const [bytes, modified, ...path] = row.split(' ');
  return { path: path.join(' '), bytes: Number(bytes), modified: Number(modified) };
}

/** @throws ProbeError where docker described the service in a way that we do not know. */
function readService(json: string): AdminService {
  const read = inspected.safeParse(JSON.parse(json));
  if (!read.success) throw new ProbeError('docker described the service of the accounts in an unknown way');
  const { ContainerSpec, Placement } = read.data.Spec.TaskTemplate;
  const bound = (Placement?.Constraints ?? []).flatMap(
    (constraint) => /^node\.hostname\s*==\s*(\S+)$/.exec(constraint)?.[1] ?? [],
  );
  return {
    environment: Object.fromEntries(
      (ContainerSpec.Env ?? []).map((variable) => {
        const equals = variable.indexOf('=');
        return [variable.slice(0, equals), variable.slice(equals + 1)];
      }),
    ),
    data: ContainerSpec.Mounts?.find(({ Target }) => Target === '/data')?.Source,
    node: bound[0],
    image: ContainerSpec.Image,
  };
}

/** Asks nothing, where the inventory has no mail server. */
export const noMailData: Probe<MailDataFacts> = {
  script: sh`:`,
  parse: () => ({
    databases: [],
    looked: [],
    away: undefined,
    shared: {
      unknown: undefined,
      mounted: false,
      mailboxes: [],
      keys: [],
      folders: [],
      copies: [],
      copied: undefined,
      begun: false,
      deployed: [],
    },
    service: undefined,
  }),
};
