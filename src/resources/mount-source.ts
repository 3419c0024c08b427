import { type Script, sh } from '../shell/index.ts';

/** Seconds that a name server may take. */
const NAME_PATIENCE = 5;

/** A file system, as whoever mounts it has named it, and what its server's names lead to. */
export interface Source {
  /** `mail-1:/mailu`, as it was spelt. */
  readonly source: string;
  readonly type: string;
  readonly options: string;
  /** Addresses of the source's servers by their names, as this host looks them up. */
  readonly servers: Readonly<Record<string, readonly string[]>>;
}

/** Text that prints what is mounted, what fstab(5) and the unit's file would mount there, and what the names of all their servers lead to. */
export function lookAtSource(where: string, what: string, unit: string, patience: number): Script {
  return sh`
    mounted=$(timeout ${patience} findmnt -rn -o SOURCE,FSTYPE,OPTIONS --mountpoint ${where} | tail -n 1)
    fstab=$(timeout ${patience} findmnt -rn --fstab -o SOURCE,FSTYPE,OPTIONS --mountpoint ${where} 2>/dev/null | tail -n 1)
    by_unit=$(for key in What Type Options; do sed -n "s/^$key *= *//p" ${unit} 2>/dev/null | tail -n 1 | grep . || echo -; done | tr '\n' ' ')
    [ -z "$mounted" ] || printf 'Mounted=%s\n' "$mounted"
    [ -z "$fstab" ] || printf 'Fstab=%s\n' "$fstab"
    [ "$by_unit" = '- - - ' ] || printf 'Unit=%s\n' "$by_unit"
    for n in $(for one in "$mounted" "$fstab" "$by_unit" ${what}; do case \${one%% *} in [!/]*:*) printf '%s\n' "\${one%%:*}" | tr , '\n' ;; esac; done | grep '[^0-9.]' | sort -u); do
      echo "Server=$n $(timeout ${NAME_PATIENCE} getent ahosts "$n" | cut -d' ' -f1 | sort -u | tr '\n' ' ')"
    done`;
}

/** Reads what `lookAtSource` printed. */
export function readSources(lines: readonly string[]): {
  readonly mounted: Source | null;
  /** What the last line of fstab(5) for this mount point names, unless it is mounted by hand alone. */
  readonly fstab: Source | null;
  readonly unit: Source | null;
} {
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const names = values('Server').map((line) => line.trim().split(' '));
  const servers = Object.fromEntries(names.map(([name = '', ...addresses]) => [name, addresses]));
  const [mounted = null, fstab = null, unit = null] = ['Mounted', 'Fstab', 'Unit'].map((name) => {
    const [row] = values(name);
    if (row === undefined) return null;
    const [source = '', type = '', options = ''] = row.split(' ');
    return { source, type, options, servers };
  });
  return { mounted, fstab: fstab?.options.split(',').includes('noauto') ? null : fstab, unit };
}

/**
 * Whether a source is `wanted`, however its server was spelt: the same path of a server that is known by that name, or
 * whose name leads to a known address. `servers` are all names and addresses of the servers that have this file system.
 * All servers that one mount of GlusterFS was given have the same volumes, so that one of them that is known is enough.
 */
export function isSameSource(wanted: string, servers: readonly string[], one: Source): boolean {
  const [server, path] = split(wanted);
  const [others, mountedPath] = split(one.source);
  if (path !== mountedPath) return false;
  const known = new Set([server, ...servers, ...(one.servers[server] ?? [])]);
  // The server's address, where the file system says it (nfs(5), `addr`).
  const address = /(?:^|,)addr=([^,]+)/.exec(one.options)?.[1];
  if (address !== undefined && known.has(address)) return true;
  const backups = /(?:^|,)backup-volfile-servers=([^,]+)/.exec(one.options)?.[1]?.split(':') ?? [];
  if (backups.some((backup) => known.has(backup))) return true;
  return others
    .split(',')
    .every((other) => known.has(other) || (one.servers[other] ?? []).some((each) => known.has(each)));
}

/** The same kind of file system, as a unit or fstab(5) names it and as the mount table does. */
export function isSameType(one: string, other: string): boolean {
  return family(one) === family(other);
}

const family = (type: string) => type.replace(/^fuse\./, '').replace(/^nfs4$/, 'nfs');

/** Server and path; GlusterFS takes the name of a volume with and without its slash. What is bound from inside has its path in brackets. */
function split(source: string): readonly [string, string] {
  const colon = source.includes(':/') ? source.indexOf(':/') : source.lastIndexOf(':');
  return [
    source.slice(0, colon),
    source
      .slice(colon + 1)
      .replace(/\[(.*)\]$/, '$1')
      .replace(/^\//, '')
      .replace(/\/$/, ''),
  ];
}
