import type { Mailu, ServiceName } from '../settings/mailu.ts';
import { atLeast } from '../settings/mailu-version.ts';

/** Mailu's own images, by service. Since 2.0 both webmails are one image. */
const OWN: Readonly<Partial<Record<ServiceName, string>>> = {
  front: 'nginx',
  admin: 'admin',
  imap: 'dovecot',
  smtp: 'postfix',
  antispam: 'rspamd',
  fetchmail: 'fetchmail',
  webdav: 'radicale',
  oletools: 'oletools',
};

/** Images of others, as Mailu's own compose file names them. */
const OTHERS: Readonly<Partial<Record<ServiceName, string>>> = {
  redis: 'redis:alpine',
  antivirus: 'clamav/clamav-debian:1.4',
  tika: 'apache/tika:latest-full',
};

/** From 1.9.0 on in this registry; what is on Docker Hub is to be taken down (Mailu's docs/releases.rst). */
export const REGISTRY = 'ghcr.io/mailu';
const LEGACY_REGISTRY = 'mailu';

export function imageOf(mailu: Mailu, service: ServiceName): string {
  const whole = mailu.images[service];
  if (whole !== undefined) return whole;
  const { family } = mailu;
  const registry = mailu.registry ?? (family.legacy ? LEGACY_REGISTRY : REGISTRY);
  const own =
    service === 'webmail'
      ? atLeast(family, 2, 0)
        ? 'webmail'
        : mailu.webmail
      : service === 'antivirus' && family.legacy
        ? 'clamav'
        : OWN[service];
  return own === undefined ? (OTHERS[service] ?? service) : `${registry}/${own}:${mailu.version}`;
}
