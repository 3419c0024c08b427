import { BOOT_SECONDS, lines, raw } from '../shell/index.ts';
import { NOT_SEARCHED, OF_CONTAINERS } from './searched-mounts.ts';
import { UNIT_OF } from './unit-of.ts';

/** Seconds that the disks of a host may take to be looked through. */
export const SEARCH = 60;

/**
 * Text that defines how the state of a swarm is found on the disks of a host. An engine keeps it below its data root, which
 * the unit's flags, daemon.json or a file of variables may have moved (dockerd(8)), and with user namespaces in the directory
 * `UID.GID` below that. Which one is the engine's own is not decided here: all that may be are looked at. `$units` are the files of
 * the engine's unit.
 *
 * - `settings`: prints the files that may be the engine's settings.
 * - `known`: does `certificate` and `place` for all paths that any settings name, old copies of daemon.json among them.
 * - `certificate ROOT`: prints each node's certificate below a data root, and where there is the state of a swarm without one, or a link to
 *   a state that is not there. An engine that has left its swarm empties that directory (moby, daemon/cluster: clearPersistentState).
 * - `place ROOT`: prints what is there, and why it may not be all (`away`).
 * - `used`: prints which processes have the state of a swarm open, each by its number, its unit and its data root, and does `certificate`
 *   for that. An engine in a container is not one: it has a pid namespace of its own.
 * - `past`: whether an engine is installed or was.
 * - `anywhere`: does `certificate` for what is found near the top of the local file systems; prints `==slow` for one that it did not get
 *   through.
 */
export const FIND_STATE = lines([
  UNIT_OF,
  raw(`\
nl='
'
settings() {
  files | sort -u | while IFS= read -r file; do
    [ -f "$file" ] || continue
    echo "==settings $file"
    cat -- "$file" || exit 1
    echo
  done || exit 1
}
certificate() {
  for at in "$1" "$1"/[0-9]*.[0-9]*; do
    if [ -e "$at/swarm/certificates/swarm-node.crt" ]; then
      echo "==certificate $at"
      cat -- "$at/swarm/certificates/swarm-node.crt" || exit 1
      echo
    elif [ -L "$at/swarm" ] && [ ! -e "$at/swarm" ]; then
      echo "==nameless $at"
      (away "$at/swarm") || :
    elif [ -e "$at/swarm/docker-state.json" ] || [ -e "$at/swarm/raft" ]; then
      echo "==nameless $at"
    fi
  done
}
place() {
  if [ ! -e "$1" ]; then what=absent
  elif ! timeout 10 ls -A -- "$1" >/dev/null 2>&1; then what=silent
  elif [ -n "$(ls -A -- "$1" | head -n 1)" ] || timeout 10 findmnt -rn --mountpoint "$1" >/dev/null 2>&1; then what=there
  else what=empty; fi
  echo "==place $what $1"
  # What is mounted above the directory is above what is in it as well, but where that is a link.
  [ ! -L "$1/swarm" ] || (away "$1") || return 0
  (away "$1/swarm") || return 0
}
known() {
  roots | sort -u | while IFS= read -r root; do
    certificate "$root"
    place "$root"
  done || exit 1
}
used() {
  space=$(readlink /proc/self/ns/pid)
  find /proc/[0-9]*/fd -lname '*/swarm/worker/tasks.db' -printf '%p %l\\n' 2>/dev/null | while read -r fd file; do
    pid=\${fd#/proc/}
    pid=\${pid%%/*}
    [ "$(readlink "/proc/$pid/ns/pid")" = "$space" ] || continue
    unit=$(unit_of "$pid")
    echo "==used $pid \${unit:--} \${file%/swarm/worker/tasks.db}"
    certificate "\${file%/swarm/worker/tasks.db}"
  done
}
past() {
  ! command -v dockerd >/dev/null || return 0
  for file in $units; do case $file in */docker.service) return 0 ;; esac; done
  for file in /etc/docker/key.json /var/lib/dpkg/info/docker.io.list /var/lib/dpkg/info/docker-ce.list; do [ ! -e "$file" ] || return 0; done
  [ -n "$(ls -A /var/lib/docker 2>/dev/null)" ]
}
anywhere() {
  used
  tops=
  while read -r _ at type _; do
    case $type in ${NOT_SEARCHED}) continue ;; esac
    case $type:$at in ${OF_CONTAINERS}) continue ;; esac
    at=$(printf %b "$at")
    case $tops$nl in *"$nl$at$nl"*) continue ;; esac
    tops=$tops$nl$at
  done </proc/self/mounts
  end=$((${BOOT_SECONDS} + ${SEARCH}))
  printf '%s\\n' "\${tops#"$nl"}" | while IFS= read -r top; do
    left=$((end - ${BOOT_SECONDS}))
    found= code=124
    if [ "$left" -gt 0 ]; then
      found=$(timeout "$left" find "\${top:-/}" -xdev -maxdepth 4 \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /usr -o -path /boot -o -name overlay2 \\) -prune -o -type d \\( -name swarm -o -name '[0-9]*.[0-9]*' \\) -print 2>/dev/null)
      code=$?
    fi
    [ "$code" -ne 124 ] || echo "==slow \${top:-/}"
    printf '%s\\n' "$found" | sed 's/\\/swarm$//' | sort -u | while IFS= read -r root; do [ -z "$root" ] || certificate "$root"; done || exit 1
  done || exit 1
}`),
]);
