import { raw } from '../shell/index.ts';

/** Text that defines `unit_of PID`: prints the service of the system, not of a person's session, that a process belongs to (cgroups(7)). */
export const UNIT_OF = raw(`\
unit_of() {
  sed -n '/[/]user[.]slice[/]/d; s|.*/\\([^/]*\\.service\\)$|\\1|p' "/proc/$1/cgroup" 2>/dev/null | head -n 1
}`);
