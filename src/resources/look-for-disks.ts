import { sh } from '../shell/index.ts';

/** Shows which disks a host has, and what was to be mounted and is not. It changes nothing. */
export const LOOK_FOR_DISKS = sh`lsblk -f; systemctl list-units --failed --type=mount; findmnt --fstab`;
