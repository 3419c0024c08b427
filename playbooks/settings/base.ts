import {
  accountName,
  type ClockFacts,
  type FirewallFacts,
  kernelSetting,
  type MachineFacts,
  type MountFact,
  publicKey,
  type ReachedHost,
  type SwarmFacts,
} from 'provision-swarm';
import { z } from 'zod';

/** A drop-in of systemd and apt's settings can be read by everybody, so no password may be in it. */
const proxyUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) => !url.includes('@'),
    'a proxy with a password is not possible: everybody on the host could read it',
  );

export const clusterSettings = z
  .strictObject({
    proxy: z
      .strictObject({
        http: proxyUrl
          .optional()
          .describe('for what is fetched by http')
          .meta({ examples: ['http://proxy.example.org:3128'] }),
        https: proxyUrl
          .optional()
          .describe('for what is fetched by https; default: as `http`')
          .meta({ examples: ['http://proxy.example.org:3128'] }),
        except: z
          .array(z.string().regex(/^[\w.:/*-]+$/, 'expected a name, a domain or a range'))
          .default([])
          .describe('names and ranges that are reached without it, beside all hosts of the inventory')
          .meta({ examples: [['registry.example.org', '10.0.0.0/8']] }),
      })
      .optional()
      .describe('the proxy that packages and images are fetched through; `{}` takes away what was set'),
    firewall: z
      .enum(['open', 'keep'])
      .default('open')
      .describe(
        '`open`: ufw, firewalld or nftables, where one runs, lets the hosts in, and nobody else, to what nodes need; `keep`: it stays as it is',
      ),
    maxClockSkew: z
      .number()
      .positive()
      .default(30)
      .describe('seconds that a clock may be off the other hosts'),
    minFreeDisk: z.number().min(0).default(2).describe('GiB that must be free under /var/lib'),
    hostsEntries: z
      .boolean()
      .default(false)
      .describe(
        'names and addresses of all hosts in /etc/hosts of each; needs IP addresses in the inventory',
      ),
  })
  .describe('the machines themselves, before anything is installed');

/** As an example: what `ssh-keygen -t ed25519` makes is as long. */
const KEY = `ssh-ed25519 ${'A'.repeat(68)} anna@desk`;

const userSettings = z.strictObject({
  keys: z
    .array(publicKey)
    .default([])
    .describe('public keys that may log in; others that are there stay')
    .meta({ examples: [[KEY]] }),
  revoked: z
    .array(publicKey)
    .default([])
    .describe('public keys that must not log in any more')
    .meta({ examples: [[KEY]] }),
  sudo: z.boolean().default(false).describe('whether it may do everything by sudo, without a password'),
  groups: z
    .array(accountName)
    .default([])
    .describe('groups that it is in, beside its own; others that it is in stay')
    .meta({ examples: [['adm']] }),
});

export const hostSettings = z
  .strictObject({
    sysctl: z
      .record(kernelSetting, z.union([z.int(), z.string()]))
      .default({})
      .describe('settings of the kernel, now and after a boot; net.ipv4.tcp_retries2 is 8 unless said')
      .meta({ examples: [{ 'net.core.somaxconn': 1024 }] }),
    users: z.record(accountName, userSettings).default({}).describe('people who log in, by name'),
    clock: z
      .enum(['auto', 'chrony', 'keep'])
      .default('auto')
      .describe(
        '`auto`: chrony, where nothing keeps the clock right and the host is no container; `chrony`: in any case; `keep`: as it is',
      ),
    timeServers: z
      .array(z.string().regex(/^[a-zA-Z0-9.:-]+$/, 'expected a name or an address'))
      .default([])
      .describe("chrony's servers, beside those that it comes with")
      .meta({ examples: [['ntp.example.org']] }),
  })
  .describe('the machine itself: users, clock, settings of the kernel');

export type ClusterSettings = z.output<typeof clusterSettings>;
export type Settings = z.output<typeof hostSettings>;
export interface Facts {
  readonly machine: MachineFacts;
  readonly clock: ClockFacts;
  readonly firewall: FirewallFacts;
  readonly swarm: SwarmFacts;
  readonly mounts: readonly MountFact[];
}
export type Machine = ReachedHost<Settings, Facts>;
