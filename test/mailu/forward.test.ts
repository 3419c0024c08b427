import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inspectVersions } from '../../playbooks/mailu/forward.ts';
import { clusterSettings, type Mailu, type MailuCluster } from '../../playbooks/settings/mailu.ts';

function codes(
  section: string,
  live: Readonly<Record<string, string>>,
  deployed: readonly string[] = [],
  consents: readonly string[] = [],
) {
  const mailu = clusterSettings.parse(
    parse(`domain: example.org\nhostnames: [mail.example.org]\n${section}`),
  ) as Mailu;
  const services = Object.entries(live).map(([name, image]) => ({ name: `mailu_${name}`, image }));
  const cluster = {
    consents: new Set(consents),
    hosts: [
      { facts: { neighbours: { services: [] }, mailData: { shared: { deployed } } } },
      { facts: { neighbours: { services }, mailData: { shared: { unknown: 'it did not answer' } } } },
      {},
    ],
  };
  return inspectVersions(mailu, cluster as unknown as MailuCluster).map(
    ({ level, code }) => `${level} ${code}`,
  );
}
const DIGEST = `@sha256:${'0'.repeat(64)}`;

test.each<[string, string, string, readonly string[]]>([
  ['the same', "version: '2024.06'", `ghcr.io/mailu/admin:2024.06${DIGEST}`, []],
  ['an older family', "version: '2.0'", `ghcr.io/mailu/admin:2024.06${DIGEST}`, ['refuse downgrade']],
  [
    'an older family by its minors',
    "version: '2.0.43'",
    'ghcr.io/mailu/admin:2024.06.57',
    ['refuse downgrade'],
  ],
  ['from 2.0 to 1.9', "version: '1.9'", 'mirror.example.org/mailu/admin:2.0', ['refuse downgrade']],
  ['an older minor of a family', "version: '2024.06.30'", 'ghcr.io/mailu/admin:2024.06.57', []],
  ['a newer family', "version: '2024.06'", 'ghcr.io/mailu/admin:1.9', []],
  [
    'an image of somebody, older by its tag',
    "images: { admin: 'example.org/own/admin:1.9' }",
    'ghcr.io/mailu/admin:2024.06',
    ['refuse downgrade'],
  ],
  [
    'an image by digest',
    `images: { admin: 'example.org/own/admin${DIGEST}' }`,
    'ghcr.io/mailu/admin:2024.06',
    ['warn version-not-told'],
  ],
  ['what runs has no version', "version: '2024.06'", 'ghcr.io/mailu/admin:master', ['warn version-not-told']],
])('admin: %s', (_name, section, image, expected) => {
  expect(codes(section, { admin: image })).toEqual(expected);
});

test('an image that does not tell its version: the storage does', () => {
  const patched = { admin: 'registry.example.org/mailu/admin:patched' };
  expect(codes("version: '2.0'", patched, ['2024.06'])).toEqual([
    'refuse downgrade',
    'warn version-not-told',
  ]);
  expect(codes("version: '2024.06'", patched, ['2024.06'])).toEqual(['warn version-not-told']);
  expect(codes("version: '2.0'", patched, ['2024.06'], ['database-moved'])).toEqual([
    'warn version-not-told',
  ]);
  expect(codes(`images: { admin: ${patched.admin} }`, patched, ['2024.06'])).toEqual([]);
});

test('nothing runs, or another service is the one that is newer', () => {
  expect(codes("version: '1.9'", {})).toEqual([]);
  expect(codes("version: '2.0'", { imap: 'ghcr.io/mailu/dovecot:2024.06' })).toEqual(['refuse downgrade']);
  expect(codes("images: { redis: 'redis:7.0' }", { redis: 'redis:8.0.1' })).toEqual(['refuse downgrade']);
  expect(codes("images: { redis: 'redis:7' }", { redis: 'redis:7.4' })).toEqual([]);
  expect(codes('', { redis: 'redis:7.4' })).toEqual([]);
  expect(codes("images: { redis: 'redis:7.4.2-alpine' }", { redis: 'redis:7-alpine' })).toEqual([]);
  expect(codes("images: { redis: 'redis:7' }", { redis: 'redis:8-alpine' })).toEqual(['refuse downgrade']);
  expect(codes("images: { redis: 'redis:7.2' }", { redis: 'redis:7.4' })).toEqual(['refuse downgrade']);
});

test('a stack that was ended: what it has deployed last is not gone back from', () => {
  expect(codes("version: '2.0'", {}, ['1.9', '2024.06', '2.0'])).toEqual(['refuse downgrade']);
  expect(codes("version: '2024.06'", {}, ['1.9', '2.0'])).toEqual([]);
  expect(codes("version: '2024.06'", {}, ['own'])).toEqual([]);
  // A database from before was brought back, by a person who says so.
  expect(codes("version: '2.0'", {}, ['2.0', '2024.06'], ['database-moved'])).toEqual([]);
});
