import { z } from 'zod';
import { bare, failIfHidden, MOUNT_MARK, unitState } from '../facts/index.ts';
import { type Change, compare, defineResource, inParts, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { anotherMounted, isWanted, refuseToReplace } from './mount-other.ts';
import { lookAtPoint, readPoint, refuseToHide } from './mount-point.ts';
import { lookAtSource, readSources } from './mount-source.ts';
import { mountUnit, unitText } from './mount-unit.ts';
import { absolutePath, lookAt, readPath } from './path.ts';
import { writeFile } from './write-file.ts';

const want = z
  .strictObject({
    /** The mount point. */
    where: absolutePath,
    /** What is mounted, as mount(8) has it: a device, `SERVER:/VOLUME`. */
    what: z.string(),
    /** All names and addresses of servers that have this file system. A mount from any of them is the same. */
    servers: z.array(z.string()).default([]),
    /** The type of the file system. */
    type: z.string().regex(/^[\w.]+$/),
    /** The type as the mount table shows it, where that is another word: `fuse.glusterfs`. */
    shownType: z.string().optional(),
    /** Options of the mount, as mount(8) has them. */
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

/** Seconds that the mount table, and the file system itself, may take to answer. */
const PATIENCE = 10;
const ANSWERS = 'Answers=';

/**
 * A file system that a systemd unit mounts, over a mount point that cannot be written while nothing is mounted there
 * (chattr +i). What is mounted is told by source and type from the mount table, not by a directory that exists. New
 * options are written into the unit and wait for a remount: a mount in use is never taken away in passing.
 */
export const mount = defineResource({
  kind: 'mount',
  want,
  key: ({ where }) => where,

  observe({ where, what, unit, path }) {
    const state = sh`
      ${unitState(unit)} || exit 66
      timeout ${PATIENCE} findmnt -rn --mountpoint ${where} >/dev/null
      case $? in
        0)
          said=$(timeout ${PATIENCE} stat -f -c yes -- ${where} 2>&1)
          case $? in 124) echo Answers=late ;; *) echo "Answers=$said" ;; esac ;;
        1) ;;
        *) exit 66 ;;
      esac
      # After that look: an automount has mounted by now what it is for.
      ${lookAtSource(where, what, path, PATIENCE)}
      ${lookAtPoint(where)}`;
    return inParts({ file: lookAt(path, sh`cat -- "$p" || exit 66`), state }, (said, output) => {
      if (output.code !== 0) throw new ProbeError(`could not look what is mounted at ${where}`, output);
      const file = readPath(path, { ...output, stdout: said.file });
      const lines = said.state.split('\n');
      const { mounted, ...named } = readSources(lines);
      if (mounted === null && lines.some((line) => line.startsWith(ANSWERS)))
        throw new ProbeError(
          `something is mounted at ${where}, and findmnt did not say what in ${PATIENCE} s`,
        );
      if (mounted !== null)
        checkAnswer(`${mounted.source} is mounted at ${where} and does not answer`, lines);
      return {
        unit: file === null ? null : file.rest,
        enabled: lines.includes('UnitFileState=enabled'),
        reload: lines.includes('NeedDaemonReload=yes'),
        mounted,
        // As systemd has it: the unit's file comes before what is made of fstab(5).
        named: named.unit ?? named.fstab,
        point: readPoint(where, lines),
      };
    });
  },

  diff(wanted, have): readonly Change[] {
    const { what, type, shownType = type } = wanted;
    const { mounted, named, point } = have;
    if (mounted === null) {
      refuseToHide(wanted.where, point);
      if (named !== null) refuseToReplace(wanted, named, have.unit !== null);
    } else if (mounted.type !== shownType || !isWanted(wanted, mounted, named))
      throw anotherMounted(wanted, mounted);
    const later = mounted === null ? '' : ' (mounted so after --remount)';
    return [
      ...compare('bare mount point', point.state === 'absent' ? null : point.state, 'immutable'),
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

/** @throws ProbeError where the file system did not say what it is, with what was said instead. */
function checkAnswer(what: string, lines: readonly string[]): void {
  const answer = lines.find((line) => line.startsWith(ANSWERS))?.slice(ANSWERS.length);
  if (answer === 'yes') return;
  if (answer === 'late') throw new ProbeError(`${what} in ${PATIENCE} s`);
  throw new ProbeError(`${what}: ${answer}`);
}
