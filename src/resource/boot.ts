import { type Script, sh } from '../shell/index.ts';

/** Prints what tells two boots of a machine apart: the kernel's id, and when the first process began, for the kernel of a container goes on. */
export const WHICH_BOOT: Script = sh`
  {
    read -r id </proc/sys/kernel/random/boot_id && read -r stat </proc/1/stat || exit 66
    set -- \${stat##*) }
    echo "$id/\${20}"
  }`;
