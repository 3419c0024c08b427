import { type Program, raw, type Script, sh, together } from '../shell/index.ts';

const PROPERTIES =
  'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,InactiveExitTimestamp,ActiveEnterTimestamp,MainPID';

/** Seconds that systemd may take to answer. */
const PATIENCE = 30;

/** Prints each block of `systemctl show` as `Program.ask` wants it: they come in the order of the units that were asked for. */
const READ = String.raw`
BEGIN {
  count = split(NAMES, names, " ")
  RS = ""
}
{
  gsub(/'/, "'\\''")
  print names[NR] "_code=0 " names[NR] "_said='" $0 "'"
}
END { exit NR < count }`;

const systemd: Program = {
  name: 'systemd',
  needs: raw(':'),
  ask: (units) => sh`
    told=$(timeout ${PATIENCE} systemctl show --timestamp=us+utc ${`--property=${PROPERTIES}`} -- ${[...units.values()]}) || exit
    printf '%s\n' "$told" | awk -v NAMES=${[...units.keys()].join(' ')} ${READ}`,
};

/**
 * What systemd says of a unit, in lines `Name=value`: Id, LoadState, ActiveState, UnitFileState, NeedDaemonReload, InactiveExitTimestamp,
 * ActiveEnterTimestamp (both in UTC, with microseconds) and MainPID. A command; one that is not there is told as `LoadState=not-found`.
 */
export const unitState = (unit: string): Script => together(systemd, `unit_${unit}`, unit);

/** The exit code of a question that could not look, for all that asks here. */
export const COULD_NOT_LOOK = 66;

/**
 * Whether a unit runs, as `systemctl is-active` has it: a condition. Where systemd runs and does not answer, it ends the text that it is in: a
 * unit that nobody could look at is not one that does not run.
 */
export const unitRuns = (unit: string): Script =>
  sh`{ ${unitState(unit)} >/dev/null || [ ! -d /run/systemd/system ] || exit ${COULD_NOT_LOOK}; case $(${unitState(unit)}) in *ActiveState=active* | *ActiveState=reloading* | *ActiveState=refreshing*) true ;; *) false ;; esac; }`;

/** Prints what one of these lines says. */
export const unitProperty = (unit: string, property: 'ActiveEnterTimestamp' | 'MainPID'): Script =>
  sh`${unitState(unit)} | sed -n ${`s/^${property}=//p`}`;
