import { type Program, raw, type Script, sh, together } from '../shell/index.ts';

const PROPERTIES =
  'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,InactiveExitTimestamp,ActiveEnterTimestamp,MainPID';

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
    told=$(systemctl show --timestamp=us+utc ${`--property=${PROPERTIES}`} -- ${[...units.values()]}) || exit
    printf '%s\n' "$told" | awk -v NAMES=${[...units.keys()].join(' ')} ${READ}`,
};

/**
 * What systemd says of a unit, in lines `Name=value`: Id, LoadState, ActiveState, UnitFileState, NeedDaemonReload, InactiveExitTimestamp,
 * ActiveEnterTimestamp (both in UTC, with microseconds) and MainPID. A command; one that is not there is told as `LoadState=not-found`.
 */
export const unitState = (unit: string): Script => together(systemd, `unit_${unit}`, unit);

/** Whether a unit runs, as `systemctl is-active` has it: a condition. */
export const unitRuns = (unit: string): Script =>
  sh`case $(${unitState(unit)}) in *ActiveState=active* | *ActiveState=reloading* | *ActiveState=refreshing*) true ;; *) false ;; esac`;

/** Prints what one of these lines says. */
export const unitProperty = (unit: string, property: 'ActiveEnterTimestamp' | 'MainPID'): Script =>
  sh`${unitState(unit)} | sed -n ${`s/^${property}=//p`}`;
