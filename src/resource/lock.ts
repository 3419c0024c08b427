/**
 * Where a host keeps the lock that lets one script change it at a time. Released by the kernel with its holder. A script of
 * changes writes to it as it begins: a file that is newer was made by that script, while it runs.
 */
export const LOCK = '/run/provision.lock';

/**
 * Where a host keeps the lock that a run holds from before it decides until its last command. Its lines, while it is held: the
 * run's token, the process on this host that holds it, who that is for, the host's uptime in seconds when it was taken, and when that
 * process began (proc(5), starttime): a number of a process alone may be another's by now. Who has it is decided by flock(2) alone.
 */
export const RUN_LOCK = '/run/provision.lock.run';
