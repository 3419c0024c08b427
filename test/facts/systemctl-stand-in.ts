/** What systemd says of every unit, by the names of `systemctl show`. */
export type Shown = Readonly<Record<string, string>>;

/**
 * Text of a `systemctl` command for a test's host, in which all units are in one state: a `case "$1"` with `more` before its own cases.
 */
export function systemctlStandIn(shown: Shown = {}, more = ''): string {
  const all = {
    LoadState: 'loaded',
    ActiveState: 'active',
    UnitFileState: 'enabled',
    NeedDaemonReload: 'no',
    InactiveExitTimestamp: 'Mon 2026-11-23 10:00:00.000000 UTC',
    ActiveEnterTimestamp: 'Mon 2026-11-23 10:00:00.000000 UTC',
    MainPID: '0',
    ...shown,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  return `case "$1" in
  ${more}
  is-active) echo ${all.ActiveState} ;;
  show)
    while [ "$1" != -- ]; do shift; done
    shift
    for unit; do printf '%s\\n' "Id=$unit" ${lines.map((line) => `'${line}'`).join(' ')} ''; done ;;
  *) echo "this test knows no systemctl $*" >&2; exit 1 ;;
esac`;
}
