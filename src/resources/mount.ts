import { z } from 'zod';
import { bare, failIfHidden, MOUNT_MARK } from '../facts/index.ts';
import { type Change, compare, defineResource, ProbeError, Refusal } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';
import { lookAtPoint, readPoint, refuseToHide } from './mount-point.ts';
import { isSameSource, isSameType, lookAtSource, readSources, type Source } from './mount-source.ts';
import { mountUnit, unitText } from './mount-unit.ts';
import { absolutePath, lookAt, readPath } from './path.ts';
import { writeFile } from './write-file.ts';

const want = z
  .strictObject({
    where: absolutePath,
    what: z.string(),
    /** All names and addresses of servers that have this file system. A mount from any of them is the same. */
    servers: z.array(z.string()).default([]),
    type: z.string().regex(/^[\w.]+$/),
    /** The type as the mount table shows it, where that is another word: `fuse.glusterfs`. */
    shownType: z.string().optional(),
    options: z.array(z.string().regex(/^[^\s,]+$/)),
    /** Units that it comes after, where they are there. */
    after: z.array(z.string()).default([]),
    /** A unit that is started where mounting fails. */
    onFailure: z.string().optional(),
    /** Seconds that mounting may take. */
    timeout: z.int().positive().default(120),
  })
  .transform((mount) => ({
    ...mount,
    unit: mountUnit(mount.where),
    path: `/etc/systemd/system/${mountUnit(mount.where)}`,
  }));
type Want = z.output<typeof want>;

/** Seconds that the mount table, and the file system itself, may take to answer. */
const PATIENCE = 10;

/**
 * A file system that a systemd unit mounts, over a mount point that cannot be written while nothing is mounted there
 * (chattr +i). What is mounted is told by source and type from the mount table, not by a directory that exists. New
 * options are written into the unit and wait for a remount: a mount in use is never taken away in passing.
 */
export const mount = defineResource({
  kind: 'mount',
  want,
  key: ({ where }) => where,

  observe: ({ where, what, unit, path }) => ({
    script: sh`
      (${lookAt(path, sh`cat -- "$p" || exit 66`)}) || exit 66
      echo '=== state'
      systemctl show --property=UnitFileState,NeedDaemonReload -- ${unit} || exit 66
      timeout ${PATIENCE} findmnt -rn --mountpoint ${where} >/dev/null
      case $? in
        0) timeout ${PATIENCE} stat -f -c 'Answers=yes' -- ${where} 2>&1 || echo Answers=no ;;
        1) ;;
        *) exit 66 ;;
      esac
      # After that look: an automount has mounted by now what it is for.
      ${lookAtSource(where, what, path, PATIENCE)}
      ${lookAtPoint(where)}`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look what is mounted at ${where}`, output);
      const [head = '', state = ''] = output.stdout.split('=== state\n');
      const file = readPath(path, { ...output, stdout: head });
      const lines = state.split('\n');
      const { mounted, ...named } = readSources(lines);
      if (mounted === null && lines.some((line) => line.startsWith('Answers=')))
        throw new ProbeError(
          `something is mounted at ${where}, and findmnt did not say what in ${PATIENCE} s`,
        );
      if (mounted !== null && !lines.includes('Answers=yes'))
        throw new ProbeError(`${mounted.source} is mounted at ${where} and does not answer in ${PATIENCE} s`);
      return {
        unit: file === null ? null : file.rest,
        enabled: lines.includes('UnitFileState=enabled'),
        reload: lines.includes('NeedDaemonReload=yes'),
        mounted,
        // As systemd has it: the unit's file comes before what is made of fstab(5).
        named: named.unit ?? named.fstab,
        point: readPoint(where, lines),
      };
    },
  }),

  diff(wanted, have): readonly Change[] {
    const { what, type, shownType = type } = wanted;
    const { mounted, named, point } = have;
    if (mounted === null) {
      refuseToHide(wanted.where, point);
      if (named !== null) refuseToReplace(wanted, named, have.unit !== null);
    } else if (mounted.type !== shownType || !isWanted(wanted, mounted, named))
      throw another(wanted, mounted);
    const later = mounted === null ? '' : ' (mounted so after --remount)';
    return [
      ...compare('bare mount point', point.state, 'immutable'),
      ...(have.unit === unitText(wanted)
        ? []
        : [{ field: `unit${later}`, from: have.unit, to: unitText(wanted) }]),
      ...(have.reload ? [{ field: 'unit file', from: 'newer than loaded', to: 'loaded' }] : []),
      ...compare('enabled', have.enabled, true),
      ...(mounted === null ? [{ field: 'mounted', from: null, to: `${what} ${shownType}` }] : []),
    ];
  },

  apply(wanted, have, changes) {
    const fields = new Set(changes.map(({ field }) => field.replace(/ \(.*/, '')));
    const { where, unit, path } = wanted;
    const steps = [];
    if (fields.has('bare mount point'))
      steps.push({
        title: `make the bare mount point ${where} unwritable`,
        script: sh`
          mkdir -p -m 0755 -- ${where} || exit 1
          ${bare(sh`${where}`, sh`chattr +i -- "$w"`)}`,
      });
    if (fields.has('unit') && have.unit !== null && !have.unit.startsWith(MOUNT_MARK))
      steps.push({
        title: `keep the unit that somebody wrote as ${path}.before`,
        script: sh`[ -e ${`${path}.before`} ] || cp -p -- ${path} ${`${path}.before`}`,
      });
    if (fields.has('unit'))
      steps.push({
        title: `write ${path}`,
        script: writeFile({ path, content: unitText(wanted), mode: '0644', owner: 'root', group: 'root' }),
      });
    steps.push({ title: 'reload unit files', script: sh`systemctl daemon-reload` });
    if (fields.has('enabled'))
      steps.push({ title: `enable ${unit}`, script: sh`systemctl enable -- ${unit}` });
    if (fields.has('mounted'))
      steps.push({
        title: `mount ${where}`,
        script: sh`
          (${failIfHidden(sh`${where}`)}) || exit 1
          systemctl reset-failed -- ${unit} 2>/dev/null
          systemctl start -- ${unit} && exit 0
          journalctl --no-pager --lines=15 --output=cat --unit=${unit} >&2
          exit 1`,
      });
    return steps;
  },
});

/** Whether what is mounted is what is wanted, by its own name or by what its unit says of it. */
function isWanted({ what, servers }: Want, mounted: Source, named: Source | null): boolean {
  return (
    isSameSource(what, servers, mounted) ||
    (named?.source === mounted.source && isSameSource(what, servers, named))
  );
}

/** What is mounted is not what is wanted. */
function another(wanted: Want, mounted: Source): Refusal {
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
  { where, what, servers, type, shownType = type }: Want,
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
      `It is the directory ${folder} of ${whole}, and a run mounts a volume whole. Where it has the mail, stop what uses it, ${away}, run again, and move what is in that directory to the top of the volume.`,
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
function refuseToReplace(wanted: Want, named: Source, byUnit: boolean): void {
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
