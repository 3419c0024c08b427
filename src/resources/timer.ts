import { z } from 'zod';
import { unitState } from '../facts/index.ts';
import { type Change, compare, defineResource, inParts, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { copyChange, copyStep, readWhose, whose, writeOurs } from './before.ts';
import { compareAttributes, lookAt, readPath } from './path.ts';
import { writeFile } from './write-file.ts';

const oneLine = z.string().regex(/^[^\n]+$/, 'expected one line');

const want = z
  .strictObject({
    /** What the units are called, without their ending. */
    name: z.string().regex(/^[\w.-]+$/, 'expected a name of letters, digits, `_`, `.` and `-`'),
    /** A program with its arguments, as systemd has it (systemd.service(5), COMMAND LINES). */
    exec: z.string().regex(/^\/[^\n]+$/, 'expected one line that begins with the path of a program'),
    /** When it runs: `daily`, `Mon *-*-* 03:00` (systemd.time(7), CALENDAR EVENTS). */
    at: oneLine,
    /** Seconds that it may begin later, by chance, so that several hosts do not begin at once. */
    spread: z.int().min(0).default(0),
    /** Whether a run is made up for that was missed while the machine was off. */
    persistent: z.boolean().default(true),
    /** Who runs it. */
    user: oneLine.default('root'),
    /** What it does, for people. Default: its name. */
    description: oneLine.optional(),
  })
  .transform((timer) => ({
    ...timer,
    unit: `${timer.name}.timer`,
    files: { service: serviceText(timer), timer: timerText(timer) },
  }));

interface Timer {
  readonly name: string;
  readonly exec: string;
  readonly at: string;
  readonly spread: number;
  readonly persistent: boolean;
  readonly user: string;
  readonly description?: string | undefined;
}

const serviceText = ({ name, exec, user, description = name }: Timer) => `[Unit]
Description=${description}

[Service]
Type=oneshot
User=${user}
ExecStart=${exec}
`;

const timerText = ({ name, at, spread, persistent, description = name }: Timer) => `[Unit]
Description=${description}

[Timer]
OnCalendar=${at}
RandomizedDelaySec=${spread}
Persistent=${persistent}

[Install]
WantedBy=timers.target
`;

const UNIT_KINDS = ['service', 'timer'] as const;
type UnitKind = (typeof UNIT_KINDS)[number];
const ATTRIBUTES = { mode: '0644', owner: 'root', group: 'root' };
const pathOf = (name: string, part: UnitKind) => `/etc/systemd/system/${name}.${part}`;

/**
 * A program that systemd runs at set times: a service and its timer, both as they should be, and the timer waiting. Of a unit of that
 * name that somebody else has written a copy is kept beside it, which systemd does not read.
 */
export const timer = defineResource({
  kind: 'timer',
  want,
  key: ({ name }) => name,

  observe({ name, unit, at }) {
    const file = (kind: UnitKind) => sh`
      ${whose(pathOf(name, kind))}
      ${lookAt(pathOf(name, kind), sh`cat -- "$p" || exit 66`)}`;
    const parts = {
      time: sh`said=$(systemd-analyze calendar -- ${at} 2>&1) || { printf '%s\n' "$said" >&2; exit 67; }`,
      service: file('service'),
      timer: file('timer'),
      state: unitState(unit),
    };
    return inParts(parts, (said, output) => {
      if (output.code === 67) throw new ProbeError(`${at} is no time that systemd knows`, output);
      if (output.code !== 0) throw new ProbeError(`could not look at ${unit}`, output);
      const read = (kind: UnitKind) => {
        const { whose: from, rest: stdout } = readWhose(said[kind]);
        const have = readPath(pathOf(name, kind), { ...output, stdout });
        return have && { ...have, whose: from };
      };
      return {
        service: read('service'),
        timer: read('timer'),
        enabled: said.state.includes('UnitFileState=enabled\n'),
        active: said.state.includes('ActiveState=active\n'),
        needsReload: said.state.includes('NeedDaemonReload=yes\n'),
      };
    });
  },

  diff: ({ name, files }, have): readonly Change[] => [
    ...UNIT_KINDS.flatMap((part) => [
      ...compare(part, have[part]?.rest ?? null, files[part]),
      ...(have[part] === null || have[part].rest === files[part]
        ? []
        : copyChange(pathOf(name, part), have[part].whose, `${part} copy`)),
      ...(have[part] === null ? [] : compareAttributes(ATTRIBUTES, have[part])).map((change) => ({
        ...change,
        field: `${part} ${change.field}`,
      })),
    ]),
    ...(have.needsReload ? [{ field: 'unit files', from: 'newer than loaded', to: 'loaded' }] : []),
    ...compare('enabled', have.enabled, true),
    ...compare('active', have.active, true),
  ],

  apply({ name, unit, files }, _have, changes) {
    const isChanged = (part: UnitKind) => changes.some(({ field }) => field.split(' ')[0] === part);
    const written = UNIT_KINDS.filter(isChanged).flatMap((part) => {
      const path = pathOf(name, part);
      return [
        ...copyStep(path, changes, `${part} copy`),
        {
          title: `write ${path}`,
          script: writeOurs(path, writeFile({ path, content: files[part], ...ATTRIBUTES })),
        },
      ];
    });
    return [
      ...written,
      {
        title: `have ${unit} wait for its time`,
        // Restarted, a timer takes its new times; the program that it has begun goes on.
        script: sh`systemctl daemon-reload && systemctl enable -- ${unit} && systemctl restart -- ${unit}`,
      },
    ];
  },
});
