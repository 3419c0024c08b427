import { raw } from './script.ts';

/**
 * In the shell, whole seconds since boot (proc_uptime(5)), to count how long something takes or may take: unlike the time of day,
 * it runs on evenly while a clock that is wrong is set right.
 */
export const BOOT_SECONDS = raw('$(cut -d. -f1 /proc/uptime)');
