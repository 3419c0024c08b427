import { raw } from '../shell/index.ts';

/** Text that defines `unit_of PID`: prints the service of the system, not of a person's session, that a process belongs to (cgroups(7)). */
export const UNIT_OF = raw(`\
unit_of() {
  while IFS= read -r group; do
    case $group in
      */user.slice/*) ;;
      */*.service) printf '%s\\n' "\${group##*/}"; return ;;
    esac
  done 2>/dev/null <"/proc/$1/cgroup"
}`);
