/**
 * Where a host keeps the lock that lets one run change it at a time. Released by the kernel with its holder. A script
 * of changes writes to it as it begins: a file that is newer was made by that script, while it runs.
 */
export const LOCK = '/run/provision.lock';
