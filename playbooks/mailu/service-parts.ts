import type { Mount, Surroundings } from './service.ts';
import type { Mailu, ServiceName } from './settings.ts';
import { atLeast, familyOf } from './version.ts';

/** What differs from service to service. */
export interface Part {
  readonly mounts: readonly Mount[];
  readonly networks: readonly string[];
  /** What the image starts, where the lease or a password has to come before it. */
  readonly command: readonly string[];
  /** On shared storage, and may have one writer. */
  readonly leased: boolean;
  /** Seconds that it may take until its check of health holds. */
  readonly startPeriod: number;
  readonly hostname?: string;
  /** A service whose name it needs at its start, or ends. */
  readonly awaits?: ServiceName;
  /** The folder of Postfix's queue, inside the container. */
  readonly queue?: string;
  /** What has to be done in the container whenever another service has a new address. */
  readonly follows?: { readonly service: ServiceName; readonly reaction: string };
  /** What it listens on once it works, inside the container. */
  readonly listens?: number;
  readonly test?: readonly string[];
}

export const bind = (source: string, target: string, readOnly = false): Mount => ({
  type: 'bind',
  source,
  target,
  readOnly,
});

/**
 * Postfix's processes wait here for each other by a lock, and a signal ends their wait: on that, a mount of GlusterFS hangs
 * for ever (glusterfs#4371, seen with 11.1). The files are of no use to any other container.
 */
const POSTFIX_LOCKS: Mount = { type: 'tmpfs', source: '', target: '/queue/pid', readOnly: false };

const START = ['/start.py'];

/**
 * Where front begins before it has a certificate its Dovecot ends for lack of one, and what comes with the certificate only asks a
 * Dovecot that runs to read it (core/nginx/start.py, letsencrypt.py, config.py): without this the container would have to fail first.
 */
const DOVECOT_FOLLOWS = [
  'CMD-SHELL',
  'curl -m3 -skfLo /dev/null http://127.0.0.1:10204/health && { kill -0 $(cat /run/dovecot/master.pid) 2>/dev/null || [ ! -e /certs/letsencrypt/live/mailu-ecdsa/nginx-chain.pem ] || dovecot -c /etc/dovecot/proxy.conf >/proc/1/fd/1 2>&1; }',
];

export function partOf(name: ServiceName, mailu: Mailu, { root }: Surroundings): Part {
  const family = familyOf(mailu.version);
  const { legacy } = family;
  const override = (folder: string) => bind(`${root}/overrides/${folder}`, '/overrides', true);
  const plain = { command: START, leased: false, startPeriod: 60 };
  const own = (folder: string, target: string): Mount => ({
    type: 'volume',
    source: folder,
    target,
    readOnly: false,
  });
  switch (name) {
    case 'front':
      return {
        ...plain,
        mounts: [
          ...(mailu.tls.kind === 'cert' && mailu.tls.certificate !== undefined
            ? []
            : [bind(`${root}/certs`, '/certs')]),
          override('nginx'),
        ],
        networks: [
          'default',
          ...(mailu.webmail === 'none' ? [] : ['webmail']),
          ...(mailu.webdav ? ['radicale'] : []),
        ],
        // Its Dovecot asks admin who may log in, and keeps admin's address for half an hour (Dovecot 2.3, http-client-private.h,
        // HTTP_CLIENT_DEFAULT_DNS_TTL_MSECS). The process that asks is started again by Dovecot; no session ends with it.
        ...(atLeast(family, 2024, 6)
          ? { follows: { service: 'admin' as const, reaction: 'killall -q auth' } }
          : {}),
        ...(atLeast(family, 2024, 6) && mailu.tls.kind === 'letsencrypt' ? { test: DOVECOT_FOLLOWS } : {}),
      };
    case 'redis':
      return {
        ...plain,
        command: ['docker-entrypoint.sh', 'redis-server'],
        leased: true,
        mounts: [bind(`${root}/redis`, '/data')],
        networks: ['default'],
        test: ['CMD', 'redis-cli', 'ping'],
        startPeriod: 30,
      };
    case 'admin':
      return {
        ...plain,
        listens: legacy ? 80 : 8080,
        leased: true,
        mounts: [
          bind(mailu.database.kind === 'sqlite' ? `${mailu.database.path}/data` : `${root}/data`, '/data'),
          bind(`${root}/dkim`, '/dkim'),
        ],
        networks: ['default'],
        startPeriod: 180,
        // As the image does: a port that takes connections says nothing of who answers them.
        ...(legacy
          ? {}
          : { test: ['CMD', 'curl', '-m3', '-skfLo', '/dev/null', 'http://localhost:8080/ping'] }),
      };
    case 'imap':
      return {
        ...plain,
        listens: 143,
        leased: true,
        mounts: [bind(`${root}/mail`, '/mail'), override('dovecot')],
        networks: ['default', ...(mailu.tika ? ['tika'] : [])],
      };
    case 'smtp':
      return {
        ...plain,
        listens: 25,
        leased: true,
        queue: '/queue',
        mounts: [bind(`${root}/mailqueue`, '/queue'), POSTFIX_LOCKS, override('postfix')],
        networks: ['default'],
      };
    case 'antispam':
      return {
        ...plain,
        listens: 11334,
        leased: true,
        hostname: 'antispam',
        mounts: [
          bind(`${root}/filter`, '/var/lib/rspamd'),
          ...(legacy
            ? [bind(`${root}/overrides/rspamd`, '/etc/rspamd/override.d', true)]
            : [override('rspamd')]),
        ],
        networks: [
          'default',
          ...(mailu.antivirus ? ['clamav'] : []),
          ...(mailu.oletools ? ['oletools'] : []),
        ],
        startPeriod: 350,
      };
    case 'webmail':
      return {
        ...plain,
        listens: 80,
        // Its own database is a file; with one outside, any number may run.
        leased: mailu.webmailDatabase === undefined,
        mounts: [bind(`${root}/webmail`, '/data'), ...(legacy ? [] : [override(mailu.webmail)])],
        networks: ['webmail'],
        // nginx ends where the name has no address (webmails/nginx-webmail.conf, set_real_ip_from). A front takes its time.
        ...(legacy ? {} : { awaits: 'front' as const, startPeriod: 180 }),
      };
    case 'antivirus':
      return {
        ...plain,
        mounts: [own('clamav', legacy ? '/data' : '/var/lib/clamav')],
        networks: ['clamav'],
        // The image's own is six minutes (clamav-docker, clamav/1.4/debian/Dockerfile): it fetches signatures first.
        startPeriod: 400,
      };
    case 'webdav':
      return {
        ...plain,
        listens: 5232,
        leased: true,
        command: ['radicale', '-S', '-C', '/radicale.conf'],
        mounts: [bind(`${root}/dav`, '/data')],
        networks: ['radicale'],
      };
    case 'fetchmail':
      return {
        ...plain,
        leased: true,
        command: ['/fetchmail.py'],
        mounts: [bind(`${root}/data/fetchmail`, '/data')],
        networks: ['default'],
      };
    case 'oletools':
      return { ...plain, hostname: 'oletools', mounts: [], networks: ['oletools'] };
    case 'tika':
      return {
        ...plain,
        hostname: 'tika',
        mounts: [],
        networks: ['tika'],
        test: ['CMD-SHELL', 'wget -nv -t1 -O /dev/null http://127.0.0.1:9998/tika || exit 1'],
      };
  }
}
