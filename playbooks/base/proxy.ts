import { dropIn, file, type Resource, sh } from 'provision-swarm';
import type { ClusterSettings } from '../settings/base.ts';

type Proxy = ClusterSettings['proxy'];

/** What apt goes through (apt.conf(5), Acquire). */
export function aptProxy(proxy: Proxy): readonly Resource[] {
  if (proxy === undefined) return [];
  const { http, https = http, except } = proxy;
  const names = except.filter((name) => /^[a-z0-9.-]+$/i.test(name));
  const lines = [
    ...(http === undefined ? [] : [`Acquire::http::Proxy "${http}";`]),
    ...(https === undefined ? [] : [`Acquire::https::Proxy "${https}";`]),
    ...names.flatMap((name) => [
      `Acquire::http::Proxy::${name} "DIRECT";`,
      `Acquire::https::Proxy::${name} "DIRECT";`,
    ]),
  ];
  return [
    file({
      path: '/etc/apt/apt.conf.d/80provision-proxy',
      content: lines.map((line) => `${line}\n`).join(''),
      check: sh`apt-config dump >/dev/null`,
    }),
  ];
}

/**
 * What Docker pulls through (docs.docker.com, daemon/proxy). Managers must reach each other without it, or a node that becomes
 * one ends with "certificate is not valid for any names" (moby#38967), so every address of the inventory is an exception.
 */
export function dockerProxy(proxy: Proxy, addresses: readonly string[]): readonly Resource[] {
  if (proxy === undefined) return [];
  const { http, https = http, except } = proxy;
  const none = ['localhost', '127.0.0.0/8', '::1', ...addresses, ...except].join(',');
  const lines = [
    '[Service]',
    ...(http === undefined ? [] : [`Environment="HTTP_PROXY=${http}"`]),
    ...(https === undefined ? [] : [`Environment="HTTPS_PROXY=${https}"`]),
    ...(http === undefined && https === undefined ? [] : [`Environment="NO_PROXY=${none}"`]),
  ];
  return [dropIn({ ...DOCKER_PROXY, started: true, content: `${lines.join('\n')}\n` })];
}

export const DOCKER_PROXY = { unit: 'docker.service', name: 'provision-proxy' };
