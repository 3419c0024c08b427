import { z } from 'zod';
import { MOUNT_MARK } from '../facts/index.ts';
import { type Change, compare, defineResource, ProbeError, Refusal } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';
import { absolutePath, lookAt, readPath } from './path.ts';
import { writeFile } from './write-file.ts';

const want = z
  .strictObject({
    where: absolutePath,
    what: z.string(),
    /** Other sources that are the same file system, as where another server of it was asked. */
    same: z.array(z.string()).default([]),
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

type Wanted = z.output<typeof want>;

/** Seconds that the mount table, and the file system itself, may take to answer. */
const PATIENCE = 10;

/** The unit of a mount point (systemd.unit(5), "String Escaping for Inclusion in Unit Names"). */
export function mountUnit(where: string): string {
  const escaped = (part: string) =>
    [...Buffer.from(part, 'utf8')]
      .map((byte, index) => {
        const char = String.fromCharCode(byte);
        return /[\w:]/.test(char) || (char === '.' && index > 0)
          ? char
          : `\\x${byte.toString(16).padStart(2, '0')}`;
      })
      .join('');
  return `${where
    .split('/')
    .filter((part) => part !== '')
    .map(escaped)
    .join('-')}.mount`;
}

/**
 * A file system that a systemd unit mounts, over a mount point that cannot be written while nothing is mounted there
 * (chattr +i). What is mounted is told by source and type from the mount table, not by a directory that exists. New
 * options are written into the unit and wait for a remount: a mount in use is never taken away in passing.
 */
export const mount = defineResource({
  kind: 'mount',
  want,
  key: ({ where }) => where,

  observe: ({ where, unit, path }) => ({
    script: sh`
      (${lookAt(path, sh`cat -- "$p" || exit 66`)}) || exit 66
      echo '=== state'
      systemctl show --property=UnitFileState,NeedDaemonReload -- ${unit} || exit 66
      timeout ${PATIENCE} findmnt -rn -o SOURCE,FSTYPE --mountpoint ${where} | sed 's/^/Mounted=/'
      timeout ${PATIENCE} findmnt -rn --mountpoint ${where} >/dev/null
      case $? in
        0) timeout ${PATIENCE} stat -f -c 'Answers=yes' -- ${where} 2>&1 || echo Answers=no ;;
        1) ;;
        *) exit 66 ;;
      esac
      ${bare(
        where,
        sh`
        if [ ! -d "$w" ]; then echo Bare=absent; else
          flags=$(lsattr -d -- "$w") || exit 66
          case \${flags%% *} in *i*) echo Bare=immutable ;; *) echo Bare=writable ;; esac
        fi`,
      )}`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look what is mounted at ${where}`, output);
      const [head = '', state = ''] = output.stdout.split('=== state\n');
      const file = readPath(path, { ...output, stdout: head });
      const value = new Map(
        state
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
      );
      const mounted = value.get('Mounted');
      if (mounted !== undefined && value.get('Answers') !== 'yes')
        throw new ProbeError(`${mounted} is mounted at ${where} and does not answer in ${PATIENCE} s`);
      return {
        unit: file === null ? null : file.rest,
        enabled: value.get('UnitFileState') === 'enabled',
        reload: value.get('NeedDaemonReload') === 'yes',
        mounted: mounted ?? null,
        bare: value.get('Bare') ?? 'unknown',
      };
    },
  }),

  diff(wanted, have): readonly Change[] {
    const sources = [wanted.what, ...wanted.same].map(
      (source) => `${source} ${wanted.shownType ?? wanted.type}`,
    );
    if (have.mounted !== null && !sources.includes(have.mounted))
      throw new Refusal(`${have.mounted} is mounted at ${wanted.where}, where ${sources[0]} is wanted`, [
        `find out who uses it: fuser -vm ${wanted.where}; then: umount ${wanted.where}`,
      ]);
    const later = have.mounted === null ? '' : ' (mounted so after --remount)';
    return [
      ...(have.bare === 'immutable' ? [] : [{ field: 'bare mount point', from: have.bare, to: 'immutable' }]),
      ...(have.unit === unitText(wanted)
        ? []
        : [{ field: `unit${later}`, from: have.unit, to: unitText(wanted) }]),
      ...(have.reload ? [{ field: 'unit file', from: 'newer than loaded', to: 'loaded' }] : []),
      ...compare('enabled', have.enabled, true),
      ...(have.mounted === null ? [{ field: 'mounted', from: null, to: sources[0] ?? '' }] : []),
    ];
  },

  apply(wanted, _have, changes) {
    const fields = new Set(changes.map(({ field }) => field.replace(/ \(.*/, '')));
    const { where, unit, path } = wanted;
    const steps = [];
    if (fields.has('bare mount point'))
      steps.push({
        title: `make the bare mount point ${where} unwritable`,
        script: sh`
          mkdir -p -m 0755 -- ${where} || exit 1
          ${bare(where, sh`chattr +i -- "$w"`)}`,
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
          systemctl reset-failed -- ${unit} 2>/dev/null
          systemctl start -- ${unit} && exit 0
          journalctl --no-pager --lines=15 --output=cat --unit=${unit} >&2
          exit 1`,
      });
    return steps;
  },
});

/** Runs `look` where nothing is mounted over `$w`: in a mount namespace of its own, which nobody else sees. */
function bare(where: string, look: Script): Script {
  return sh`
    unshare --mount --propagation private sh -c ${'w=$1; while findmnt -rn --mountpoint "$w" >/dev/null; do umount -l -- "$w" || exit 66; done; eval "$2"'} sh ${where} ${look.shown} || exit 66`;
}

function unitText({ where, what, type, options, after, onFailure, timeout }: Wanted): string {
  const units = ['network-online.target', ...after].join(' ');
  return [
    MOUNT_MARK,
    '[Unit]',
    `Description=${where}, the same on all nodes`,
    `Wants=${units}`,
    `After=${units}`,
    ...(onFailure === undefined ? [] : [`OnFailure=${onFailure}`]),
    'StartLimitIntervalSec=0',
    '',
    '[Mount]',
    `What=${what}`,
    `Where=${where}`,
    `Type=${type}`,
    `Options=${options.join(',')}`,
    `TimeoutSec=${timeout}`,
    '',
    '[Install]',
    'WantedBy=remote-fs.target',
    '',
  ].join('\n');
}
