import { Refusal } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';
import { isSameSource, isSameType, type Source } from './mount-source.ts';

/** What is to be mounted at a mount point. */
interface Wanted {
  readonly where: string;
  readonly what: string;
  /** All names and addresses of servers that have this file system. */
  readonly servers: readonly string[];
  readonly type: string;
  /** The type as the mount table shows it, where that is another word. */
  readonly shownType?: string | undefined;
  readonly unit: string;
  /** Of the unit's file. */
  readonly path: string;
}

/** Whether what is mounted is what is wanted, by its own name or by what its unit says of it. */
export function isWanted({ what, servers }: Wanted, mounted: Source, named: Source | null): boolean {
  return (
    isSameSource(what, servers, mounted) ||
    (named?.source === mounted.source && isSameSource(what, servers, named))
  );
}

/** What is mounted is not what is wanted. */
export function anotherMounted(wanted: Wanted, mounted: Source): Refusal {
  const { where, what, type, shownType = type } = wanted;
  return new Refusal(
    `${mounted.source} (${mounted.type}) is mounted at ${where}, where ${what} (${shownType}) is wanted`,
    [
      sh`findmnt --mountpoint ${where}; ls -lA -- ${where}`,
      sh`fuser -v -m -- ${where}`,
      ...remedies(wanted, mounted),
      `Where ${where} is meant for it, write another storage.root.`,
    ],
  );
}

/** How the mail gets to the shared storage, where what is mounted has it. */
function remedies(
  { where, what, servers, type, shownType = type }: Wanted,
  mounted: Source,
): readonly (string | { readonly say: string; readonly run: Script })[] {
  const away = `take it away from ${where}, with its line in /etc/fstab or its unit`;
  // Bound from inside of what is mounted elsewhere.
  const [, whole = mounted.source, folder] = /^(.*)\[(.+)\]$/.exec(mounted.source) ?? [];
  if (
    mounted.type !== shownType &&
    isSameType(mounted.type, shownType) &&
    isSameSource(what, servers, mounted)
  )
    return [
      `It is the same directory of the same server, by another version of NFS. Stop what uses it, ${away}, and run again. Nothing has to be copied.`,
    ];
  if (mounted.type === shownType && type === 'glusterfs' && folder !== undefined)
    return [
      `It is the directory ${folder} of ${whole}, and a run mounts a volume whole. If it has the mail, stop what uses it, ${away}, run again, and move what is in that directory to the top of the volume.`,
    ];
  if (mounted.type === shownType)
    return [
      `Where ${whole}${folder ?? ''} has the mail, write it as the storage: ${type === 'glusterfs' ? 'storage.volume' : 'storage.server and storage.export'}.`,
    ];
  return [
    `Where ${mounted.source} has the mail, stop what uses it. Then ${away}, mount it at another directory, and run again.`,
    {
      // It may be the same files by another way, which a copy without -n would empty.
      say: `When ${what} is mounted, copy what it does not have yet; write that other directory for DIRECTORY`,
      run: sh`mountpoint -q -- ${where} && cp -a -n -- DIRECTORY/. ${`${where}/`}`,
    },
  ];
}

/** @throws Refusal where something else is to be mounted here, and is away: what is in it would be missing, and never come back. */
export function refuseToReplace(wanted: Wanted, named: Source, byUnit: boolean): void {
  const { where, what, servers, type, unit, path } = wanted;
  if (isSameType(named.type, type) && isSameSource(what, servers, named)) return;
  throw new Refusal(
    `${byUnit ? path : '/etc/fstab'} mounts ${named.source} (${named.type}) at ${where}, where ${what} (${type}) is wanted. It is not mounted now, and the mail may be in it`,
    [
      sh`lsblk -f; findmnt --fstab; systemctl status --no-pager -- ${unit}`,
      {
        say: `Where ${named.source} may have mail, mount it and run again, which says how the mail gets to the shared storage`,
        run: sh`systemctl start -- ${unit}`,
      },
      byUnit
        ? {
            say: `Where ${what} is to take its place, move the unit aside, and run again`,
            run: sh`test ! -e ${`${path}.old`} && mv -T -- ${path} ${`${path}.old`} && systemctl daemon-reload`,
          }
        : `Where ${what} is to take its place, take the line of ${where} out of /etc/fstab, and run again.`,
    ],
  );
}
