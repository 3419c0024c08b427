import { raw } from '../shell/index.ts';

/**
 * Text that defines where an engine may keep its data, by all that says so. `$units` are the files of its unit.
 *
 * - `files`: prints the files that may be its settings, old copies among them.
 * - `roots`: prints every path that may be a data root by its unit, its variables and those files, one a line, some more than once.
 *   A name with a space is given whole and cut off: which one is meant is told by whoever reads the settings.
 */
export const ROOTS = raw(`\
texts() {
  cat -- $units /etc/default/docker /etc/sysconfig/docker </dev/null 2>/dev/null
  [ -z "$units" ] || cat -- $(sed -n 's/^[[:space:]]*EnvironmentFile=-\\{0,1\\}//p' $units | sort -u) </dev/null 2>/dev/null
}
files() {
  ls -d /etc/docker/*.json* 2>/dev/null
  texts | grep -oE 'config-file[[:space:]="]+/[^[:space:]"]+' | sed 's/^[^/]*//'
}
roots() {
  named | sed 's/[[:space:]]*$//; s/\\(.\\)\\/*$/\\1/'
}
named() {
  echo /var/lib/docker
  [ ! -d /var/snap/docker ] || echo /var/snap/docker/common/var-lib-docker
  texts | sed -E 's/[[:space:]](["'\\'']?-|[A-Z_]+=)/\\n\\1/g' |
    grep -oE '(data-root|graph|-[A-Za-z]*g|[A-Z_]+=)[[:space:]="'\\'']*/[^"'\\'']*' | sed 's/^[^/]*//' |
    sed -n 'p; s/[[:space:]].*//p'
  files | while IFS= read -r file; do
    tr '\\n' ' ' <"$file" | grep -oE '"(data-root|graph)"[[:space:]]*:[[:space:]]*"/[^"]*' | sed 's/^[^/]*//'
  done
}`);
