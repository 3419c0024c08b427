import { raw } from '../shell/index.ts';

/**
 * Text that defines `away PATH`: prints why what belongs at a path may be on a disk that is not there now, where that is so. A link
 * leads to nothing, or a file system that fstab(5) names at the path or above it is not mounted (as with `nofail`, after a disk has
 * failed). Then "there is nothing at that path" does not mean that there is nothing.
 */
export const AWAY = raw(`\
away() {
  path=$1
  while [ -n "$path" ] && [ ! -e "$path" ]; do
    [ ! -L "$path" ] || { echo "$path leads to $(readlink -- "$path"), which is not there: bring that back, or remove the link where it is gone for good"; return; }
    path=\${path%/*}
  done
  real=$(readlink -m -- "$1")
  [ -r /etc/fstab ] || return 0
  while read -r what at _ options _; do
    at=\${at%/}
    case $what in '#'*) continue ;; esac
    case $at in /*) ;; *) continue ;; esac
    case ,$options, in *,noauto,*) continue ;; esac
    case $real/ in "$at"/*) ;; *) continue ;; esac
    timeout 10 findmnt -rn --mountpoint "$at" >/dev/null 2>&1 </dev/null
    [ $? -ne 1 ] || { echo "$at, which /etc/fstab names, is not mounted: mount it, or take its line away where the disk is gone for good"; return; }
  done </etc/fstab
}`);
