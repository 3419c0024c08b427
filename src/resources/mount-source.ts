import { type Script, sh } from '../shell/index.ts';

/** Seconds that a name server may take. */
const NAME_PATIENCE = 5;

/** What the mount table says of a mount point, and what its server's names lead to. */
export interface Mounted {
  /** `mail-1:/mailu`, as it was spelt by whoever mounted it. */
  readonly source: string;
  readonly type: string;
  /** The server's address, where the file system says it (nfs(5), `addr`). */
  readonly address: string | undefined;
  /** Addresses of the source's servers by their names, as this host looks them up. */
  readonly servers: Readonly<Record<string, readonly string[]>>;
}

/** Text that prints what is mounted. */
export function lookAtSource(where: string, patience: number): Script {
  return sh`
    mounted=$(timeout ${patience} findmnt -rn -o SOURCE,FSTYPE,OPTIONS --mountpoint ${where} | tail -n 1)
    [ -z "$mounted" ] || printf 'Mounted=%s\n' "$mounted"
    case $mounted in [!/]*:*)
      for n in $(printf '%s' "\${mounted%%:*}" | tr , ' '); do
        case $n in *[!0-9.]*) echo "Server=$n $(timeout ${NAME_PATIENCE} getent ahosts "$n" | cut -d' ' -f1 | sort -u | tr '\n' ' ')" ;; esac
      done ;;
    esac`;
}

/** Reads what `lookAtSource` printed. */
export function readSource(lines: readonly string[]): Mounted | null {
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const [row] = values('Mounted');
  if (row === undefined) return null;
  const [source = '', type = '', options = ''] = row.split(' ');
  const names = values('Server').map((line) => line.trim().split(' '));
  return {
    source,
    type,
    address: /(?:^|,)addr=([^,]+)/.exec(options)?.[1],
    servers: Object.fromEntries(names.map(([name = '', ...addresses]) => [name, addresses])),
  };
}

/**
 * Whether what is mounted is `wanted`, however its server was spelt: the same path of a server that is known by that name, or
 * whose name leads to a known address. `servers` are all names and addresses of the servers that have this file system.
 */
export function isSameSource(wanted: string, servers: readonly string[], mounted: Mounted): boolean {
  const [server, path] = split(wanted);
  const [others, mountedPath] = split(mounted.source);
  if (path !== mountedPath) return false;
  const known = new Set([server, ...servers]);
  if (mounted.address !== undefined && known.has(mounted.address)) return true;
  return others
    .split(',')
    .every(
      (other) => known.has(other) || (mounted.servers[other] ?? []).some((address) => known.has(address)),
    );
}

/** Server and path; GlusterFS takes the name of a volume with and without its slash. */
function split(source: string): readonly [string, string] {
  const colon = source.includes(':/') ? source.indexOf(':/') : source.lastIndexOf(':');
  return [
    source.slice(0, colon),
    source
      .slice(colon + 1)
      .replace(/^\//, '')
      .replace(/\/$/, ''),
  ];
}
