import type { KnownCause } from './cause.ts';

/** What a host lacks itself, by the words of strerror(3), which programs repeat, and of apt where it looks before it writes. */
export const HOST_CAUSES: readonly KnownCause[] = [
  {
    words: /System has not been booted with systemd as init|Failed to connect to bus: Host is down/,
    code: 'no-systemd',
    message: 'systemd does not run this machine',
    fix: 'boot it with systemd as init; in WSL that is systemd=true below [boot] in /etc/wsl.conf, and wsl --shutdown',
  },
  {
    words: /No space left on device|Disk quota exceeded|have enough free space in/i,
    code: 'disk-full',
    message: 'a file system of the host is full',
    fix: 'look with `df -h` and `df -i` on the host, make room, and run again',
  },
  {
    words: /Read-only file system/i,
    code: 'read-only',
    message: 'a file system of the host is read-only',
    fix: 'look with `findmnt -O ro` and `dmesg | tail` on the host; one that became so by itself has met an error of its disk. Mount it writable, and run again',
  },
  {
    words: /Transport endpoint is not connected/i,
    code: 'not-connected',
    message: 'a network file system of the host has lost its servers',
    fix: 'look with `findmnt -t fuse.glusterfs,nfs,nfs4` on the host which it is, and whether its servers run (`gluster volume status`)',
  },
  {
    words: /is mounted at \S+ and does not answer in|\/\S* did not answer in \d+ s/,
    code: 'not-connected',
    message: 'a network file system of the host waits for its servers',
    fix: 'look with `gluster volume status` on a host of the volume, or with `systemctl status nfs-server` on the NFS server, whether they run, and run again once they answer',
  },
  {
    words: /Stale file handle/i,
    code: 'stale-mount',
    message: 'a network file system of the host is another than the one that was mounted',
    fix: 'see on the host which it is, with `findmnt -t nfs,nfs4,fuse.glusterfs`, and on its server whether the export is the one that it was',
  },
  {
    words: /Input\/output error/i,
    code: 'io-error',
    message: 'a disk of the host does not answer as it should',
    fix: 'look with `dmesg | tail` on the host before anything else is done on it',
  },
  {
    words: /Could not get lock |Unable to acquire the dpkg frontend lock/i,
    code: 'package-lock',
    message: 'another program held the lock of the package database until the time was up',
    fix: 'look which with `fuser -v /var/lib/dpkg/lock-frontend` on the host, and run again when it has ended',
  },
  {
    words: /Temporary failure resolving|Temporary failure in name resolution|Could not resolve host/i,
    code: 'no-names',
    message: 'the host cannot resolve names',
    fix: 'look at /etc/resolv.conf on the host, and whether the name servers there answer it; then run again',
  },
  {
    words: /Network is unreachable|No route to host/i,
    code: 'no-route',
    message: 'the host does not reach what the command needs',
    fix: 'look with `ip route` on the host, and at firewalls on the way; then run again',
  },
  {
    words: /Cannot allocate memory|Out of memory/i,
    code: 'no-memory',
    message: 'the host has no memory left',
    fix: 'look with `free -m` and `dmesg | tail` on the host, and run again',
  },
];
