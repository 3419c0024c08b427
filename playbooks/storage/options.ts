/**
 * Options of a volume that holds mail.
 *
 * - Client quorum: a mount that does not see the greater part of a replica set can neither write nor read (glusterdocs,
 *   Administrator Guide, "Arbiter volumes and quorum options"). Server quorum stops the bricks of the lesser part.
 * - Times: as the makers set them for virtual machines, whose disks have the same need (extras/group-virt.example). A node
 *   that is cut off blocks the others, and keeps its locks, until they have passed; the default is 42 s.
 * - strict-locks: a file whose lock was lost cannot be written through its old descriptor (glusterfs#1977, #2581).
 * - granular-entry-heal heals only the names that bricks have noted as changed; a brick that came back empty would get those
 *   and be taken for whole (seen with 11.1). Off, a directory is compared whole.
 * - heal-timeout: a brick that was away is looked at when it is back, and where that look fails, after this time; the
 *   default is ten minutes, in which another node can go (seen: 149 files not healed two minutes after a third cut).
 * - write-behind, open-behind and flush-behind would answer before a brick has; an error would come too late (afr's own
 *   tests of strict-locks turn them off).
 */
export const VOLUME_OPTIONS: Readonly<Record<string, string>> = {
  'cluster.quorum-type': 'auto',
  'cluster.server-quorum-type': 'server',
  'cluster.granular-entry-heal': 'disable',
  'cluster.heal-timeout': '30',
  'network.ping-timeout': '20',
  'client.tcp-user-timeout': '20',
  'server.tcp-user-timeout': '20',
  'server.keepalive-time': '10',
  'server.keepalive-interval': '2',
  'server.keepalive-count': '5',
  'client.strict-locks': 'on',
  'performance.write-behind': 'off',
  'performance.open-behind': 'off',
  'performance.flush-behind': 'off',
};

/**
 * Directories whose files are held open and locked as long as a service runs. With client.strict-locks such a file is not opened
 * anew on a brick that came back, so it is never healed for long.
 */
export const HELD_OPEN: readonly string[] = ['/leases'];

/** Without the self-heal daemon a brick that was away is never filled again, and a run waits for that (`gluster volume heal V disable`). */
export const KEPT_ON: readonly string[] = ['cluster.self-heal-daemon'];

/**
 * Options of an NFS mount that holds mail.
 *
 * - hard: a server that is silent is waited for; `soft` gives errors that corrupt data (nfs(5)).
 * - noatime: Dovecot needs no access times. actimeo=60: one server writes a mailbox (the lease sees to it), so attributes
 *   may be cached as Dovecot asks for (Dovecot 2.3, "NFS", Mailbox access from one server).
 * - lookupcache=positive: a file that another node has made is not missed (nfs(5)).
 */
export const NFS_OPTIONS = (version: string): readonly string[] => [
  '_netdev',
  'hard',
  `vers=${version}`,
  'proto=tcp',
  'noatime',
  'actimeo=60',
  'lookupcache=positive',
];

/**
 * Options of the export. Mailu's start scripts run as root and give directories to the users of their services (chown):
 * with root_squash they fail. `sync`: what the server has acknowledged is on its disk (exports(5)).
 */
export const EXPORT_OPTIONS: readonly string[] = [
  'rw',
  'sync',
  'no_root_squash',
  'no_subtree_check',
  'sec=sys',
];

/**
 * Seconds of the lease. A holder proves every `interval` that it holds it; a proof that took longer than `prompt` does not
 * count. It stops `limit` after its last proof, which is more than a volume blocks when another node is lost
 * (network.ping-timeout), so that this alone stops nobody. By `prompt + limit` and some seconds for the killing it has
 * stopped in any case: the next one waits for `handover` once it has the lock.
 *
 * A command that is asked to end has `grace`. With the two seconds that Docker waits before it asks, with what Docker waits
 * longer, and with `handover`, that is less than the minute after which swarm starts the next task in any case (swarmkit,
 * orchestrator/restart/restart.go, defaultOldTaskTimeout). Of these, `drain` is for workers to end what they have begun.
 *
 * One that came later and waits has to be alive for `patience` before a holder of the same place makes way. Its signs may
 * have gaps: swarm starts it again where it fails, after 5 s and the start of a container.
 */
export const LEASE = {
  interval: 2,
  prompt: 5,
  limit: 26,
  handover: 40,
  grace: 12,
  drain: 4,
  patience: 20,
  gap: 30,
} as const;

/** Seconds that Docker gives a container longer than its lease gives the command: to kill it, and to give the lease up. */
export const LEASE_MARGIN = 3;
