import type { Mailu } from '../settings/mailu.ts';
import { atLeast } from '../settings/mailu-version.ts';
import { bind, type ServiceTraits } from './service.ts';

/**
 * Front's Dovecot asks admin who may log in, and keeps admin's address for half an hour (Dovecot 2.3, http-client-private.h,
 * HTTP_CLIENT_DEFAULT_DNS_TTL_MSECS); its nginx keeps it for half a minute (core/nginx/conf/nginx.conf, resolver). The process that asks
 * is begun again by Dovecot, and nginx begins new workers: no session ends with it. Its workers take no notice of the signal
 * (os/unix/ngx_process.c). Not by pkill: that of busybox does not find a program that has changed its title (procps/pgrep.c, -x).
 */
const FORGET_ADMIN = 'killall -q auth; killall -q -HUP nginx';

/**
 * While admin waits for its lease its address takes no connections, and Dovecot asks there less and less often, up to once a minute (Dovecot
 * 2.3, http-client-private.h, HTTP_CLIENT_DEFAULT_BACKOFF_MAX_TIME_MSECS): so long nobody could log in once admin is back.
 */
const ADMIN_ANSWERS = '! command -v curl >/dev/null || curl -sm3 -o /dev/null http://admin:8080/ping';

/** Files of certificates inside the container of front, without which its Dovecot ends (core/nginx/config.py). */
function certificatesOf({ tls }: Mailu): readonly string[] {
  if (tls.kind === 'notls') return [];
  if (tls.kind === 'cert') return ['/certs/cert.pem', '/certs/key.pem'];
  return ['mailu', 'mailu-ecdsa'].flatMap((name) =>
    ['nginx-chain.pem', 'privkey.pem'].map((file) => `/certs/letsencrypt/live/${name}/${file}`),
  );
}

/** Not as a zombie, which nobody takes away: the first process of the container looks after nginx alone (core/nginx/start.py). */
const DOVECOT_RUNS = "cat /proc/[0-9]*/stat 2>/dev/null | grep -q '^[0-9]* (dovecot) [^ZX]'";

/**
 * As the image's own, but that it asks for the process: the file with Dovecot's number goes whenever the front is configured anew
 * (templates/certificates.sh.hbs). Without its certificates a front takes mail on port 25, and has no Dovecot.
 */
function frontTest(certificates: readonly string[]): readonly string[] {
  const missing = certificates.map((file) => `[ ! -s ${file} ]`);
  const running = [DOVECOT_RUNS, ...missing].join(' || ');
  return ['CMD-SHELL', `curl -m3 -skfLo /dev/null http://127.0.0.1:10204/health && { ${running}; }`];
}

/** Ports of smtp, for strangers and for those who have logged in, and of imap for what is delivered (internal/nginx.py, get_server). */
const MESSAGES = [25, 10025, 2525];

/** What is special about the service that clients and other servers talk to. */
export function frontTraits(
  mailu: Mailu,
  root: string,
): Pick<ServiceTraits, 'mounts' | 'networks' | 'passes' | 'follows' | 'test' | 'certificates'> {
  const { family } = mailu;
  const certificates = certificatesOf(mailu);
  return {
    mounts: [
      ...(mailu.tls.kind === 'cert' && mailu.tls.certificate !== undefined
        ? []
        : [bind(`${root}/certs`, '/certs')]),
      bind(`${root}/overrides/nginx`, '/overrides', true),
    ],
    networks: [
      'default',
      ...(mailu.webmail === 'none' ? [] : ['webmail']),
      ...(mailu.webdav ? ['radicale'] : []),
    ],
    passes: MESSAGES,
    ...(family.legacy
      ? {}
      : { follows: [{ service: 'admin', reaction: FORGET_ADMIN, question: ADMIN_ANSWERS }] }),
    ...(atLeast(family, 2024, 6) ? { test: frontTest(certificates) } : {}),
    ...(family.legacy || certificates.length === 0 ? {} : { certificates }),
  };
}
