import { raw, type Script, sh } from '../shell/index.ts';
import { readDockerInfo } from './ask-docker.ts';
import { engine } from './engine-api.ts';
import { PATIENCE } from './mail-look.ts';

/**
 * Of a volume, between tabs: its name, its driver, what it is made of, and its directory. Docker mounts one that is made of something
 * while a container has it, and at no other time (moby, volume/local): its directory is empty then, which says nothing.
 */
const VOLUME =
  'volume\t{{.Name}}\t{{.Driver}}\t{{with .Options}}{{or (index . "device") "?"}}{{else}}-{{end}}\t{{or .Mountpoint "-"}}';

/** What Mailu's migrations leave in its database (core/admin/migrations). */
const STRAY = raw(
  `for f in "$1"/*/_data/main.db; do [ ! -f "$f" ] || ! grep -qa alembic_version "$f" || echo "stray \${f%/main.db}"; done`,
);

const withLabel = (label: string, stack: string): Script =>
  engine('/volumes', { label: [`${label}=${stack}`] });

/**
 * Text that has `look` look for accounts in the volumes of a stack, or of a project of Compose with its name, which outlive it; says of
 * those that nobody can look into now that accounts may be `away` in them; and names as `stray` what other volumes have that no container
 * has. `$containers` is what `dockerContainers` has said.
 */
export const lookInVolumes = (stack: string): Script => sh`
  newline='
'
  mounted_volume() {
    timeout ${PATIENCE} findmnt -rn --mountpoint "$at" >/dev/null && return
    echo "away the volume $name of Docker may have them: it is made of $device, and mounted only while a container has it. Mount that elsewhere and copy what is in it, or, where it has none, have Docker forget it (docker volume rm, which removes nothing of what it is made of)"
    return 1
  }
  names=
  for told in "$(${withLabel('com.docker.stack.namespace', stack)})" "$(${withLabel('com.docker.compose.project', stack)})"; do
    case $told in '{'*) ;; *) exit 66 ;; esac
    names="$names $(printf '%s\n' "$told" | grep -o '"Name":"[^"]*"' | cut -d '"' -f 4)"
  done
  told=
  if [ -n "$(echo $names)" ]; then
    told=$(timeout 30 docker volume inspect --format ${VOLUME} -- $names 2>&1)
    case $?:$told in 0:* | *[Nn]'o such '*) ;; *) printf '%s\n' "$told" >&2; exit 66 ;; esac
  fi
  printf '%s\n' "$told" | while IFS=$tab read -r kind name driver device at; do
    case $kind in volume) ;; '' | *[Nn]'o such '*) continue ;; *) printf '%s\n' "$kind" >&2; exit 66 ;; esac
    case $driver:$device in
      local:-) ;;
      local:/dev/*) mounted_volume ;;
      local:/*) echo "looked $at"; at=$device ;;
      *) mounted_volume ;;
    esac || continue
    look "$at/main.db" </dev/null
    echo "looked $at"
  done || exit 66
  (
    ${readDockerInfo}
    timeout ${PATIENCE} sh -c ${STRAY.shown} sh "$root/volumes" || echo 'away the volumes of Docker did not answer in time'
  ) | while IFS= read -r line; do
    case $line in
      "stray "*) case "$containers$newline" in *"$tab\${line#stray }$newline"*) continue ;; esac ;;
    esac
    printf '%s\n' "$line"
  done`;
