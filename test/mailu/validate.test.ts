import { expect, test } from 'vitest';
import mailu from '../../playbooks/mailu.ts';
import storage from '../../playbooks/storage.ts';
import swarm from '../../playbooks/swarm.ts';
import { clusterOf } from '../../src/engine/index.ts';
import { loadInventory } from '../../src/inventory/index.ts';

/** Every mistake of an inventory of three hosts, as `path: message`. */
function mistakes(section: string, more = ''): readonly string[] {
  const text = `cluster: mail
secrets: { pw: { env: PW } }
hosts:
  a: { address: 192.0.2.1 }
  b: { address: 192.0.2.2, mailu: { front: false } }
  c: { address: 192.0.2.3 }
storage: { kind: nfs, server: 192.0.2.9, export: /srv }
swarm: { networks: { other: { subnet: 10.202.0.0/24 } } }
${more}
mailu:
  domain: example.org
  hostnames: [mail.example.org]
${section.replaceAll(/^/gm, '  ')}
`;
  const { inventory, problems } = loadInventory(text, 'i.yaml', [swarm, storage, mailu]);
  if (inventory === undefined) return problems.map(({ path, message }) => `${path}: ${message}`);
  return mailu
    .validate(clusterOf(inventory, mailu))
    .map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('a plain section has no mistake, and a site without one neither', () => {
  expect(mistakes('')).toEqual([]);
  const { inventory } = loadInventory('cluster: m\nhosts: { a: { address: 192.0.2.1 } }\n', 'i.yaml', [
    swarm,
    storage,
    mailu,
  ]);
  expect(inventory && mailu.validate(clusterOf(inventory, mailu))).toEqual([]);
});

test.each([
  ['tls: { kind: letsencrypt }', 'mailu.tls.kind: letsencrypt with 2 fronts'],
  [
    'database: { kind: sqlite, path: /mailu/data }',
    'mailu.database.path: /mailu/data is on the shared storage',
  ],
  ['database: { kind: sqlite, host: d }', 'mailu.database.host: there is no host `d`'],
  ['replicas: { imap: 2 }', 'mailu.replicas.imap: imap runs once: Dovecot does not support'],
  ['replicas: { smtp: 2 }', 'mailu.replicas.smtp: smtp runs once'],
  ['replicas: { front: 2 }', 'mailu.replicas.front: one runs on each host'],
  [
    'webmail: roundcube\nreplicas: { webmail: 2 }',
    'mailu.replicas.webmail: webmail keeps its data in a file',
  ],
  ['replicas: { webmail: 2 }', 'mailu.replicas.webmail: there is no webmail in this stack'],
  [
    'variables: { SITENAME: \'"Our mail"\' }',
    'mailu.variables.SITENAME: quotes would become part of the value',
  ],
  ['variables: { SUBNET: 10.0.0.0/8 }', 'mailu.variables.SUBNET: is set by `mailu: network.subnet`'],
  ['variables: { API_TOKEN: abcdef }', 'mailu.variables.API_TOKEN: looks like a secret'],
  ['version: 2024.06', 'mailu.version: write the version in quotes'],
  ["version: '3'", 'mailu.version: there is no Mailu 3 that provision knows'],
  ["version: '1.5'", 'mailu.version: Mailu 1.5 cannot run here: its busybox knows another `timeout`'],
  ["version: '1.6'", 'mailu.version: Mailu 1.6 cannot run here'],
  ["version: '1.7'", 'mailu.version: Mailu 1.7 cannot run here'],
  ["version: '1.8'", 'Its accounts and mail can move to 1.9, and on from there; write 1.9, 2.0 or 2024.06'],
  ["version: '2023.01'", 'mailu.version: there is no Mailu 2023.01 that provision knows'],
  ["version: '2024.07'", 'mailu.version: there is no Mailu 2024.07 that provision knows'],
  ['tls: { kind: notls }\nports: [25, 80, 443]', 'does not listen on 443; leave it out'],
  ["version: '1.9'\nwebmail: snappymail", 'mailu.webmail: snappymail: Mailu has it since 2.0'],
  ["version: '2.0'\ntika: true", 'mailu.tika: tika: Mailu has it since 2024.06'],
  ["version: '2.0'\nports: [25, 465, 993, 4190]", 'mailu.ports: 4190: Mailu has it since 2024.06'],
  ["version: '2.0.21'", 'mailu.version: the administration of Mailu 2.0.21 listens on another port'],
  ['webmail: rainloop', 'mailu.webmail: rainloop went with 2.0'],
  ['ports: [80, 443]', 'mailu.ports: Mailu cannot turn off 25, 465, 993'],
  ['ports: [25, 26]', 'mailu.ports.1: expected some of 25, 80'],
  ['tls: { kind: cert, certificate: pw }', 'mailu.tls: a certificate and its key go together'],
  ['tls: { kind: cert, certificate: pv, key: pw }', 'mailu.tls.certificate: there is no secret `pv`'],
  [
    'network: { subnet: 10.202.0.128/25 }',
    'mailu.network.subnet: 10.202.0.128/25 shares addresses with the network other',
  ],
  ['network: { name: other }', 'mailu.network.name: other is a network of `swarm: networks` as well'],
  ['network: { subnet: 10.0.0.0/8 }', 'mailu.network.subnet: 10.0.0.0/8 shares'],
  ['relayNetworks: [0.0.0.0/0]', 'mailu.relayNetworks.0: 0.0.0.0/0 may send to anybody without logging in'],
  ["relayNetworks: ['::/0']", 'mailu.relayNetworks.0: ::/0 may send to anybody'],
  ['relayNetworks: [10.0.0.0/8]', "mailu.relayNetworks.0: 10.0.0.0/8 holds Mailu's own network"],
  ["relay: { host: '[10.203.0.7]:25' }", "mailu.relay.host: 10.203.0.7 is in Mailu's own network"],
  ['relay: { host: smtp.example.net, user: u }', 'mailu.relay: a user and its password go together'],
  ['domain_: x', 'mailu.domain_: unknown key; did you mean `domain`?'],
])('%s', (section, expected) => {
  const [first = ''] = mistakes(section);
  expect(first).toContain(expected);
});

test.each(['1.9', '1.9.50', '2.0', '2.0.22', '2.0.43', '2024.06', '2024.06.57'])(
  'Mailu %s is one',
  (version) => {
    expect(mistakes(`version: '${version}'`)).toEqual([]);
  },
);

test('letsencrypt with one front is fine', () => {
  expect(
    mistakes('tls: { kind: letsencrypt }', 'groups: { inner: { hosts: [c], mailu: { front: false } } }'),
  ).toEqual([]);
});
