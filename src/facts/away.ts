import { type Script, sh } from '../shell/index.ts';
import { mountUnits } from './mount-units.ts';
import { MOUNT_MARK } from './mounts.ts';

/** Seconds that the mount table, systemd and ZFS may each take to answer. */
const PATIENCE = 10;

/**
 * Text that defines `away PATH`: prints why what belongs at a path may be on a disk that is not there now, where that is so. Then
 * "there is nothing at that path" does not mean that there is nothing.
 *
 * - A link leads to nothing.
 * - A file system that fstab(5) names at the path or above it, also through a link, is not mounted (as with `nofail`, after a disk has
 *   failed, or with `noauto`, before somebody has unlocked it). One of a server that is mounted by hand is none of these: nothing is missing
 *   on this host.
 * - A unit of somebody's that mounts there has failed, or is enabled and does not run. Our own units are none of these: a run
 *   mounts them itself, over a directory that cannot be written.
 * - A file system of ZFS that is mounted by itself is not, and nothing else is mounted there. A copy of another host's, which
 *   `zfs receive -u` leaves so, is none of these where that is certain: it cannot be written, or its mount point was received and
 *   has the packages of this system in it. What is in a pool that is not imported is not known, unless this host had pools and its
 *   kernel has no ZFS now.
 */
export const AWAY: Script = sh`
away() {
  path=$1
  while [ -n "$path" ] && [ ! -e "$path" ]; do
    [ ! -L "$path" ] || { echo "$path leads to $(readlink -- "$path"), which is not there: bring that back, or remove the link where it is gone for good"; return; }
    path=\${path%/*}
  done
  real=$(readlink -m -- "$1")
  away_by_fstab && away_by_unit && away_by_zfs
}
holds() {
  case $1 in /?*) ;; *) return 1 ;; esac
  case $real/ in "\${1%/}"/*) ;; *) return 1 ;; esac
}
unmounted() {
  timeout ${PATIENCE} findmnt -rn --mountpoint "$1" >/dev/null 2>&1 </dev/null
  [ $? -eq 1 ]
}
away_by_fstab() {
  [ -r /etc/fstab ] || return 0
  while read -r what at type options _ || [ -n "$what" ]; do
    case $what in '#'*) continue ;; esac
    case ,$options, in *,noauto,*) case $type in nfs* | gluster* | ceph* | cifs | smb* | fuse*) continue ;; esac ;; esac
    case $at in *\\*) at=$(printf %b "$at") ;; esac
    at=\${at%/}
    # What is mounted is not followed: it may not answer.
    case $at in /*) unmounted "$at" && { holds "$at" || holds "$(timeout ${PATIENCE} readlink -m -- "$at")"; } || continue ;; *) continue ;; esac
    echo "$at, which /etc/fstab names, is not mounted: mount it, or take its line away where the disk is gone for good"
    return 1
  done </etc/fstab
}
away_by_unit() {
  units=$(${mountUnits}) || { printf '%s\n' "$units" | sed -n '1s/^/systemd did not say what it mounts, so run again: /p'; return 1; }
  id= at= active= enabled= file=
  while IFS= read -r line; do
    case $line in
      Id=*) id=\${line#*=} ;;
      Where=*) at=\${line#*=} ;;
      ActiveState=*) active=\${line#*=} ;;
      UnitFileState=*) enabled=\${line#*=} ;;
      FragmentPath=*) file=\${line#*=} ;;
      '')
        ! holds "$at" || ! away_unit || { echo "$at, which $id mounts, is not mounted: start that unit, or disable it and have systemd forget its failure (systemctl reset-failed) where the disk is gone for good"; return 1; }
        id= at= active= enabled= file= ;;
    esac
  done <<UNITS
$units

UNITS
}
away_unit() {
  case $active,$enabled in failed,* | inactive,enabled* | *activating,enabled*) ;; *) return 1 ;; esac
  first=
  [ ! -r "$file" ] || IFS= read -r first <"$file"
  [ "$first" != ${MOUNT_MARK} ]
}
away_by_zfs() {
  command -v zfs >/dev/null || return 0
  told=$(timeout ${PATIENCE} zfs get -H -t filesystem -o name,property,value,source canmount,mounted,mountpoint,readonly 2>/dev/null </dev/null)
  case $? in
    0) ;;
    124) echo 'ZFS did not say what it mounts, so run again'; return 1 ;;
    *) [ ! -s /etc/zfs/zpool.cache ] || { echo "this host has pools of ZFS, and ZFS says nothing of them: load its modules (modprobe zfs), which a new kernel may not have yet, and import the pools; remove /etc/zfs/zpool.cache where they are gone for good"; return 1; } ;;
  esac
  received=' ' tab=$(printf '\t')
  while IFS=$tab read -r name property value source; do
    case $property in
      canmount) may=$value ;;
      mounted) mounted=$value ;;
      mountpoint)
        at=$value from=\${source#inherited from }
        [ "$source" != received ] || from=$name received="$received$name " ;;
      readonly)
        [ "$may$mounted" = onno ] && holds "$at" && unmounted "$at" && ! a_copy || continue
        echo "$at, where ZFS mounts $name, is not mounted: mount it with zfs mount, or, only where it is a copy of another host's or of no use any more, set its canmount to noauto"
        return 1 ;;
    esac
  done <<ZFS
$told
ZFS
}
a_copy() {
  case $value,$source in on,local | on,received | on,inherited*) return 0 ;; esac
  case $received in *" $from "*) ;; *) return 1 ;; esac
  case /var/lib/dpkg/ in "\${at%/}"/*) [ -e /var/lib/dpkg/status ] ;; *) return 1 ;; esac
}`;
