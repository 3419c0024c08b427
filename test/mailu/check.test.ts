import { expect, test } from 'vitest';
import { seenOf } from '../../playbooks/mailu/check.ts';
import mailu from '../../playbooks/mailu.ts';
import type { MailuCluster } from '../../playbooks/settings/mailu.ts';
import storage from '../../playbooks/storage.ts';
import swarm from '../../playbooks/swarm.ts';
import { clusterOf } from '../../src/engine/index.ts';
import { loadInventory } from '../../src/inventory/index.ts';

/** What is looked at from outside, of a site of one host with this in its section. */
function wanted(section: string) {
  const text = `cluster: mail
hosts: { a: { address: 192.0.2.1 } }
secrets: { c: { env: C }, k: { env: K } }
storage: { kind: nfs, server: 192.0.2.9, export: /srv }
mailu:
  domain: example.org
  hostnames: [mail.example.org]
${section.replaceAll(/^/gm, '  ')}
`;
  const { inventory, problems } = loadInventory(text, 'i.yaml', [swarm, storage, mailu]);
  if (inventory === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  const check = seenOf(clusterOf(inventory, mailu) as MailuCluster);
  if (check === undefined) throw new Error('nothing is looked at');
  return {
    ...check,
    asked: check.services.map(({ port, protocol, encryption }) => `${port} ${protocol} ${encryption}`),
  };
}

const ENCRYPTED = ['443 http start', '465 smtp start', '993 imap start', '995 pop3 start'];

test.each(['cert', 'letsencrypt'])('with %s all ports that the front opens are asked', (kind) => {
  const { asked, remarks } = wanted(
    `tls: { kind: ${kind} }\nports: [25, 80, 110, 143, 443, 465, 587, 993, 995, 4190]`,
  );
  expect(asked.toSorted()).toEqual(
    [
      '25 smtp upgrade',
      '80 http never',
      '110 pop3 upgrade',
      '143 imap upgrade',
      '587 smtp upgrade',
      '4190 sieve upgrade',
      ...ENCRYPTED,
    ].toSorted(),
  );
  expect(remarks).toEqual([]);
});

test('while there is no certificate yet, a closed port says what to wait for', () => {
  const closed = (section: string) =>
    wanted(section)
      .services.filter(({ closed: why }) => why !== undefined)
      .map(({ port }) => port);
  expect(closed('tls: { kind: letsencrypt }')).toEqual([25, 443, 465, 993, 995, 4190]);
  expect(closed('tls: { kind: cert }')).toEqual([25, 443, 465, 993, 995, 4190]);
  expect(closed('tls: { kind: cert, certificate: c, key: k }')).toEqual([]);
});

test('without TLS only what Mailu opens is asked, and what is missing is told', () => {
  expect(wanted('tls: { kind: notls }')).toMatchObject({
    asked: [
      '25 smtp never',
      '80 http never',
      '110 pop3 never',
      '143 imap never',
      '587 smtp never',
      '4190 sieve never',
    ],
    remarks: [],
  });
  expect(wanted('tls: { kind: notls }\nports: [25, 80, 143]')).toMatchObject({
    asked: ['25 smtp never', '80 http never', '143 imap never'],
    remarks: ['mail programs cannot send mail: 587 is not in `mailu: ports`'],
  });
  expect(wanted('tls: { kind: notls }\nports: [25, 587]').remarks).toEqual([
    'mail programs cannot read mail: neither 143 nor 110 is in `mailu: ports`',
  ]);
  expect(wanted('tls: { kind: notls }\nports: [25]').remarks).toEqual([
    'mail programs cannot read or send mail: neither 143, 110 nor 587 is in `mailu: ports`',
  ]);
});

test.each<[string, object]>([
  ['', { exempts: true, tlsOnly: false }],
  ["version: '1.9'", { exempts: true }],
  ["variables: { AUTH_RATELIMIT_EXEMPTION_LENGTH: '0' }", { exempts: false }],
  ["variables: { AUTH_RATELIMIT_EXEMPTION_LENGTH: '3600' }", { exempts: true }],
  ["variables: { INBOUND_TLS_ENFORCE: 'True' }", { tlsOnly: true }],
  ["variables: { INBOUND_TLS_ENFORCE: 'no' }", { tlsOnly: false }],
])('what Mailu counts depends on its settings: %s', (section, expected) => {
  expect(wanted(section)).toMatchObject(expected);
});
