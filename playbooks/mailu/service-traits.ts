import type { Mailu, ServiceName } from '../settings/mailu.ts';
import { frontTraits } from './front.ts';
import { bind, type Mount, type ServiceTraits, type Surroundings } from './service.ts';

/**
 * Postfix's processes wait here for each other by a lock, and a signal ends their wait: on that, a mount of GlusterFS hangs
 * for ever (glusterfs#4371, seen with 11.1). The files are of no use to any other container.
 */
const POSTFIX_LOCKS: Mount = { type: 'tmpfs', source: '', target: '/queue/pid', readOnly: false };

/**
 * Postfix's master, and what delivers. One that is killed after the message and before its receipt leaves it in the queue: it is
 * delivered twice. A SIGTERM to the master does that (master/master_sig.c). Without a master each of them ends after what it has
 * begun, which is Postfix's own way (conf/postfix-script, `drain`; master/single_server.c, single_server_wakeup). `cleanup` is not
 * waited for: it is there for as long as a client thinks about its next word.
 */
const POSTFIX_DELIVERS = ['master', 'lmtp', 'smtp', 'local', 'pipe', 'virtual'];

/**
 * Dovecot's first process, and what takes mail from front. One that hears a SIGTERM while it saves a message ends before its receipt is
 * sent (lib-smtp/smtp-server-connection.c, smtp_server_connection_trigger_output: in the next turn of its loop). Without a first process
 * each ends when its connection does, which lasts for one message (lib-master/master-service.c, master_status_error, with
 * `shutdown_clients = no` of templates/dovecot.conf.hbs; lmtp/lmtp-proxy.c).
 */
const DOVECOT_SAVES = ['dovecot', 'lmtp'];

/** Its first process has the lowest number. The others would end by the signal (rspamd 3.8.4, src/libserver/worker_util.c). */
const READ_NAMES_AGAIN = "kill -HUP $(pidof rspamd | tr ' ' '\\n' | sort -n | head -n 1)";

const START = ['/start.py'];

/** Services whose names rspamd looks up when it begins. */
const askedByRspamd = (mailu: Mailu): readonly ServiceName[] => [
  'redis',
  ...(mailu.antivirus ? ['antivirus' as const] : []),
  ...(mailu.oletools ? ['oletools' as const] : []),
];

export function traitsOf(name: ServiceName, mailu: Mailu, { root }: Surroundings): ServiceTraits {
  const { legacy } = mailu.family;
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
      return { ...plain, ...frontTraits(mailu, root) };
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
        drained: DOVECOT_SAVES,
        mounts: [bind(`${root}/mail`, '/mail'), override('dovecot')],
        networks: ['default', ...(mailu.tika ? ['tika'] : [])],
      };
    case 'smtp':
      return {
        ...plain,
        listens: 25,
        leased: true,
        queue: '/queue',
        drained: POSTFIX_DELIVERS,
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
        // rspamd does for good without those that have no address when it begins: nothing is scanned then, or greylisted (rspamd 3.8.4,
        // src/libutil/addr.c, rspamd_resolve_addrs; lualib/lua_scanners/clamav.lua). Its first process looks again at SIGHUP.
        awaits: askedByRspamd(mailu),
        follows: askedByRspamd(mailu).map((service) => ({ service, reaction: READ_NAMES_AGAIN })),
        // ClamAV fetches its signatures first.
        startPeriod: mailu.antivirus ? 800 : 350,
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
        ...(legacy ? {} : { awaits: ['front'], startPeriod: 180 }),
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
        // Its threads wait for each other by a lock on the storage, which hangs a mount of GlusterFS where they are killed (see
        // POSTFIX_LOCKS; Radicale 3.1.9, pathutils.py). With one connection at a time nobody waits.
        command: ['radicale', '-S', '-C', '/radicale.conf', '--server-max-connections', '1'],
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
