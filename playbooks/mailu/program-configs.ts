import { template } from 'provision-swarm';
import { LEASE } from '../storage/options.ts';
import { named } from './secret-values.ts';
import { CONFIG_KEYS, type ConfigKey } from './service.ts';

/** Seconds between two looks, and after a Dovecot that did not begin; files of the image (core/nginx; Dovecot's base_dir). */
const CERTIFICATES = {
  interval: 2,
  pause: 10,
  nginx: '/run/nginx.pid',
  dovecot: '/run/dovecot/master.pid',
  configuration: '/etc/dovecot/proxy.conf',
};

/**
 * Seconds that messages on their way through a front may take when it ends. As long as it drains, nobody who knows one front alone is served.
 */
const FRONT_DRAIN = 8;

const CONFIGS: Readonly<Record<ConfigKey, () => string>> = {
  lease: () => template(import.meta.url, '../../templates/lease.sh.hbs', LEASE),
  drain: () => template(import.meta.url, '../../templates/drain.sh.hbs', { drain: FRONT_DRAIN }),
  start: () => template(import.meta.url, '../../templates/start.sh.hbs', {}),
  queue: () => template(import.meta.url, '../../templates/queue.sh.hbs', {}),
  follow: () => template(import.meta.url, '../../templates/follow.sh.hbs', { interval: 2 }),
  certificates: () => template(import.meta.url, '../../templates/certificates.sh.hbs', CERTIFICATES),
};
/** Our programs, each as a config of the swarm. */
export const programConfigs = () =>
  CONFIG_KEYS.map((key) => [key, { name: named(key), content: CONFIGS[key]() }] as const);
