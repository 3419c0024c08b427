import { raw } from '../shell/index.ts';

/** Seconds that a file system may take to say where a symbolic link leads. */
const PATIENCE = 5;

/**
 * What awk does with mountinfo (proc(5)), for each of the paths in `given`, which lead to those in `real`: of the last mount that has the
 * path, it takes the device and the path inside of it, and prints every name under which the host sees the same place, or something in it.
 */
const SAME_PLACE = `\
function plain(s) { gsub(/\\\\040/, " ", s); gsub(/\\\\011/, "\\t", s); gsub(/\\\\134/, "\\\\", s); return s }
function below(path, top) { return top == "/" || path == top || index(path, top "/") == 1 }
function rest(path, top) { return top == "/" ? (path == "/" ? "" : path) : substr(path, length(top) + 1) }
function at(top, end) { return top == "/" ? (end == "" ? "/" : end) : top end }
function tell(given, name) { if (!seen[given, name]++) print given "\\t" name }
function others(given, want,   i, best, place) {
  for (i = 1; i <= NR; i++) if (below(want, point[i]) && (!best || length(point[i]) >= length(point[best]))) best = i
  if (!best) return
  place = at(root[best], rest(want, point[best]))
  for (i = 1; i <= NR; i++) if (device[i] == device[best]) {
    if (below(place, root[i])) tell(given, at(point[i], rest(place, root[i])))
    else if (below(root[i], place)) tell(given, point[i])
  }
}
{ device[NR] = $3; root[NR] = plain($4); point[NR] = plain($5) }
END {
  count = split(ENVIRON["given"], given, "\\n"); split(ENVIRON["real"], real, "\\n")
  for (n = 1; n <= count; n++) { tell(given[n], given[n]); tell(given[n], real[n]); others(given[n], real[n]) }
}`;

/**
 * Text that defines `names_of`: for each directory, and a tab between, it prints every path at which this host has it, also through
 * symbolic links and bind mounts. The kernel is asked for that, so that two spellings of one place are not two places; the file systems
 * are asked once for all, where a link leads. The first is the path as it was given.
 */
export const NAMES_OF = raw(`\
names_of() {
  [ $# -gt 0 ] || return 0
  all=$(printf '%s\\n' "$@")
  reals=$(timeout ${PATIENCE} readlink -m -- "$@") || reals=$all
  cat /proc/self/mountinfo 2>/dev/null | given=$all real=$reals awk '${SAME_PLACE}'
}`);
