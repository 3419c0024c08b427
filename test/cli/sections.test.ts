import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'provision-sections-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HOSTS = `cluster: m
hosts:
  a: { address: 192.0.2.1, swarm: { role: manager } }
  b: { address: 192.0.2.2 }
  c: { address: 192.0.2.3 }
`;

/** What `provision validate` says of three hosts with these lines more. */
function validate(lines: string): string {
  const file = join(folder, 'site.yaml');
  writeFileSync(file, HOSTS + lines);
  const { status, stderr } = spawnSync('node', ['bin/provision.js', 'validate', file], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return `${status} ${stderr}`;
}

describe('sections with mistakes, told at their place before any connection', () => {
  test.each<[string, string, RegExp]>([
    [
      'two copies without an arbiter',
      'storage: { kind: glusterfs, replica: 2 }',
      /:6:29 storage\.replica: two copies cannot outvote each other/,
    ],
    [
      'more copies than hosts',
      'storage: { kind: glusterfs, replica: 5 }',
      /storage\.replica: GlusterFS keeps each file on 5 hosts, but only 3 of these can hold it/,
    ],
    [
      'a key of another kind',
      'storage: { kind: nfs, server: x, export: /x, replica: 3 }',
      /`replica` belongs to/,
    ],
    ['nfs without its server', 'storage: { kind: nfs }', /nfs needs `server` and `export`/],
    [
      'a mount point that belongs to the system',
      'storage: { kind: glusterfs, root: /etc }',
      /:6:29 storage\.root: \/etc has the settings of the system/,
    ],
    [
      'a path with a detour',
      'storage: { kind: glusterfs, root: /mailu/../etc }',
      /:6:29 storage\.root: write where it leads to, without `\.\.`/,
    ],
    [
      'a brick below the mount point',
      'storage: { kind: glusterfs, brickPath: /mailu/brick }',
      /:6:29 storage\.brickPath: the brick \/mailu\/brick is inside \/mailu/,
    ],
    [
      'an export that is the mount point',
      'storage: { kind: nfs, server: b, export: /mailu }',
      /:6:34 storage\.export: \/mailu is the same as \/mailu/,
    ],
    [
      'forwarders that dnssec-trigger would not use',
      'resolver: { kind: dnssec-trigger, forwarders: [192.0.2.53] }',
      /forwarders: dnssec-trigger takes its name servers from NetworkManager/,
    ],
    [
      'a forwarder that is no address',
      'resolver: { kind: unbound, forwarders: [dns.example] }',
      /:6:41 resolver\.forwarders\.0: expected an IPv4 or IPv6 address/,
    ],
    [
      'an anchor of the root',
      "resolver: { kind: unbound, trustAnchors: ['. IN DS 20326 8 2 E06D44B8'] }",
      /the key of the root comes with the system/,
    ],
    [
      'a private zone without servers',
      'resolver: { kind: unbound, privateZones: { corp.example: [] } }',
      /privateZones/,
    ],
    ['an unknown kind', 'resolver: { kind: dnsmasq }', /resolver\.kind/],
  ])('%s', (_, lines, message) => {
    expect(validate(lines)).toMatch(/^3 /);
    expect(validate(lines)).toMatch(message);
  });

  test('several mistakes are told at once', () => {
    const said = validate(
      'storage: { kind: glusterfs, replica: 2 }\nresolver: { kind: dnsmasq, forwarder: x }',
    );
    expect(said).toMatch(/storage\.replica/);
    expect(said).toMatch(/resolver\.kind/);
    expect(said).toMatch(/did you mean `forwarders`/i);
  });

  test('without a mistake: exit 0', () => {
    expect(
      validate(
        "storage: { kind: glusterfs, arbiter: true }\nresolver: { kind: unbound, forwarders: [192.0.2.53, '2001:db8::53'], privateZones: { corp.example.: [192.0.2.9] }, trustAnchors: ['corp.example. IN DS 1 13 2 00ff'] }",
      ),
    ).toMatch(/^0 /);
  });
});
