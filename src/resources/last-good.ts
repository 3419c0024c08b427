import { lines, type Script, sh } from '../shell/index.ts';

/**
 * Configuration of a unit that has not been started with it yet: what it was started with before is kept beside, until the unit
 * runs with the new. No program reads it there: systemd reads `*.conf`, and the names begin with a dot.
 */
const kept = (path: string) => beside(path, 'last-good');
/** Says that there was no such file. */
const none = (path: string) => beside(path, 'was-absent');
/** What the unit did not start with, for people. */
const refused = (path: string) => beside(path, 'refused');

function beside(path: string, what: string): string {
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/.${path.slice(slash + 1)}.${what}`;
}

/** Seconds since 1970 at which the unit began to run, as `$since`; nothing where it does not run. */
const since = (unit: string) => sh`
  since=
  [ "$(systemctl is-active -- ${unit})" != active ] || since=$(date -d "$(systemctl show -P ActiveEnterTimestamp -- ${unit})" +%s)`;

/** Forgets what was kept of files that the unit has been started with since. */
const forgetProven = (paths: readonly string[]) =>
  lines(
    paths.map(
      (path) => sh`
        if [ -n "$since" ] && { [ ! -e ${path} ] || [ "$(stat -c %Y -- ${path})" -lt "$since" ]; }; then rm -f -- ${[kept(path), none(path)]}; fi`,
    ),
  );

/**
 * Gives files that are from the future, as where a clock has been put right since, the present time: a unit would be older than they
 * are whenever it is started, and be restarted by every run. Of a directory, what is in it.
 */
export const notFromTheFuture = (paths: readonly string[]) =>
  sh`find ${paths} ! -type d -newermt now -exec touch -h -- {} + 2>/dev/null`;

/** Keeps what a file is before it is written, for a unit that will be started with it. */
export function keepLastGood(path: string, unit: string): Script {
  return sh`
    if [ "$(systemctl show -P LoadState -- ${unit} 2>/dev/null)" = loaded ]; then
      ${since(unit)}
      ${forgetProven([path])}
      if [ ! -e ${kept(path)} ] && [ ! -e ${none(path)} ]; then
        if [ -e ${path} ] || [ -L ${path} ]; then cp -aP -- ${path} ${kept(path)} || exit 1
        else mkdir -p -- ${path.slice(0, path.lastIndexOf('/'))} && : >${none(path)} || exit 1; fi
      fi
    fi`;
}

/**
 * Starts or restarts a unit. Where it does not start with configuration that is new, the configuration that it ran with
 * before is put back, and the unit is started with that: what it said is the error in any case.
 */
export function startOrPutBack(unit: string, verb: 'start' | 'restart', paths: readonly string[]): Script {
  if (paths.length === 0)
    return sh`
      systemctl reset-failed -- ${unit} 2>/dev/null
      systemctl ${verb} -- ${unit} && exit 0
      code=$?
      journalctl --no-pager --lines=15 --output=cat --unit=${unit} >&2
      exit "$code"`;
  return sh`
    ${since(unit)}
    ${forgetProven(paths)}
    ${notFromTheFuture(paths)}
    began=$(date +%s)
    systemctl reset-failed -- ${unit} 2>/dev/null
    systemctl ${verb} -- ${unit} && { rm -f -- ${paths.flatMap((path) => [kept(path), none(path)])}; exit 0; }
    code=$?
    journalctl --no-pager --lines=15 --output=cat --since="@$began" --unit=${unit} >&2
    back=
    ${lines(paths.map(putBack))}
    [ -n "$back" ] || exit "$code"
    systemctl daemon-reload
    systemctl reset-failed -- ${unit} 2>/dev/null
    if systemctl start -- ${unit}; then echo ${unit}" did not start with what was written; as before again, and it runs with that:$back" >&2
    else echo ${unit}" did not start with what was written, nor after this was put back as before:$back" >&2; fi
    exit "$code"`;
}

function putBack(path: string): Script {
  return sh`
    if [ -e ${kept(path)} ] || [ -L ${kept(path)} ]; then
      [ ! -e ${path} ] || mv -fT -- ${path} ${refused(path)}
      mv -fT -- ${kept(path)} ${path} && back="$back "${path}
    elif [ -e ${none(path)} ]; then
      [ ! -e ${path} ] || mv -fT -- ${path} ${refused(path)}
      rm -f -- ${none(path)} && back="$back "${path}
    fi`;
}
