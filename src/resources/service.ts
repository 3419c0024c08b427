import { z } from 'zod';
import { unitState } from '../facts/index.ts';
import { type Change, defineResource, ProbeError, Unobservable } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { startOrPutBack } from './last-good.ts';
import { absolutePath } from './path.ts';
import { startedAnew, stoppedForGood } from './stopped.ts';
import { secondsOf } from './timestamp.ts';

const want = z.strictObject({
  /** The unit. */
  unit: z
    .string()
    .regex(/^[\w@.:-]+\.(service|socket|timer|mount|target|path)$/, "expected a unit's full name"),
  /** Whether it is started at a boot. */
  enabled: z.boolean().default(true),
  /** Whether it runs now. */
  active: z.boolean().default(true),
  /** Files that the unit reads when it starts: it is restarted where it is older than one of them. */
  configuration: z.array(absolutePath).default([]),
});

interface Have {
  readonly enabled: string;
  readonly active: string;
  readonly needsDaemonReload: boolean;
  /** Configuration files that are newer than the running unit. */
  readonly newer: readonly string[];
}

const ON_BOOT: ReadonlySet<string> = new Set(['enabled', 'static', 'indirect', 'generated', 'alias']);

/**
 * A systemd unit that is enabled and running, with its configuration as it is on disk. The need of a restart is
 * seen by age (the unit's start against the files' modification), so an aborted run cannot lose it.
 */
export const service = defineResource({
  kind: 'service',
  want,
  key: ({ unit }) => unit,

  observe: ({ unit, configuration }) => ({
    script: sh`
      ${unitState(unit)} || exit 1
      for f in ${configuration}; do
        [ ! -e "$f" ] || stat -c 'Modified=%.6Y %n' -- "$f" || exit 1
      done`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not ask systemd about ${unit}`, output);
      const rows = output.stdout.trimEnd().split('\n').map(row);
      const value = new Map(rows);
      if (value.get('LoadState') === 'not-found') return new Unobservable(`${unit} is not installed`);
      const started = secondsOf(value.get('InactiveExitTimestamp') ?? '');
      const have: Have = {
        enabled: value.get('LoadState') === 'masked' ? 'masked' : value.get('UnitFileState') || 'disabled',
        active: value.get('ActiveState') ?? 'unknown',
        needsDaemonReload: value.get('NeedDaemonReload') === 'yes',
        newer: rows
          .filter(([name]) => name === 'Modified')
          .map(([, text]) => [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1)] as const)
          .filter(([modified]) => Number(modified) > started)
          .map(([, path]) => path),
      };
      return have;
    },
  }),

  diff(wanted, have, pending): readonly Change[] {
    const changes: Change[] = [];
    if (have.needsDaemonReload)
      changes.push({ field: 'unit files', from: 'newer than loaded', to: 'loaded' });
    if (ON_BOOT.has(have.enabled) !== wanted.enabled)
      changes.push({ field: 'enabled', from: have.enabled, to: wanted.enabled ? 'enabled' : 'disabled' });
    const running = have.active === 'active' || have.active === 'reloading';
    if (running !== wanted.active)
      changes.push({ field: 'active', from: have.active, to: wanted.active ? 'active' : 'inactive' });
    const reread = wanted.configuration.filter(
      (path) => have.newer.includes(path) || pending.paths.has(path),
    );
    if (running && wanted.active && reread.length > 0)
      changes.push({ field: 'running', from: `older than ${reread.join(', ')}`, to: 'restarted' });
    return changes;
  },

  restarts: ({ unit, active }, changes) =>
    changes.flatMap(({ field }) => {
      if (field === 'active' && !active) return [stoppedForGood(unit)];
      return field === 'running' ? [startedAnew(unit)] : [];
    }),

  apply({ unit, enabled, active, configuration }, have, changes) {
    const fields = new Set(changes.map(({ field }) => field));
    const steps = [];
    if (fields.has('unit files') || fields.has('running') || fields.has('active'))
      steps.push({ title: 'reload unit files', script: reloadWhereNeeded(unit) });
    if (fields.has('enabled') && have.enabled === 'masked')
      steps.push({ title: `unmask ${unit}`, script: sh`systemctl unmask -- ${unit}` });
    if (fields.has('enabled'))
      steps.push(
        enabled
          ? { title: `enable ${unit}`, script: sh`systemctl enable -- ${unit}` }
          : { title: `disable ${unit}`, script: sh`systemctl disable -- ${unit}` },
      );
    if (fields.has('active') && !active)
      steps.push({ title: `stop ${unit}`, script: sh`systemctl stop -- ${unit}` });
    if (fields.has('active') && active)
      steps.push({ title: `start ${unit}`, script: startOrPutBack(unit, 'start', configuration) });
    if (fields.has('running'))
      steps.push({ title: `restart ${unit}`, script: startOrPutBack(unit, 'restart', configuration) });
    return steps;
  },
});

/** What an earlier step has reloaded, as `systemctl enable` does, is not reloaded again: all units are, which takes long. */
function reloadWhereNeeded(unit: string) {
  return sh`[ "$(systemctl show --property=NeedDaemonReload --value -- ${unit})" = no ] || systemctl daemon-reload`;
}

function row(line: string): readonly [string, string] {
  const equals = line.indexOf('=');
  return [line.slice(0, equals), line.slice(equals + 1)];
}
