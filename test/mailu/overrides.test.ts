import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectOverrides } from '../../playbooks/mailu/overrides.ts';
import type { Mailu } from '../../playbooks/settings/mailu.ts';
import type { ServiceFact } from '../../src/facts/index.ts';
import { mailCluster } from './mail-hosts.ts';

type Place = readonly [source: string, readOnly?: 'ro'];

/** What is said where services have their overrides from these places, and these files are there. */
function said(places: Readonly<Record<string, Place>>, files: readonly string[]) {
  const services = Object.entries(places).map(([name, [source, readOnly]]): Partial<ServiceFact> => {
    const place = { target: '/overrides', source, path: source, volume: false };
    return {
      name: `mailu_${name}`,
      stack: 'mailu',
      image: 'mailu:1.7',
      keeps: readOnly === undefined ? [place] : [],
      reads: readOnly === undefined ? [] : [place],
    };
  });
  const cluster = mailCluster({ 'mail-1': { shared: { overrides: files }, services } });
  return inspectOverrides(cluster.settings as Mailu, cluster);
}

test('overrides in one directory for all, as the guide has them, are copied before a service gets its own', () => {
  const guide = { imap: ['/mailu/overrides'], smtp: ['/mailu/overrides'] } as const;
  const files = ['dovecot.conf', 'postfix.cf', 'relays.map', 'notes.txt', 'nginx/x.conf'];
  expect(said(guide, files).map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'refuse: mailu_imap reads /mailu/overrides/dovecot.conf, and a run gives it the overrides in /mailu/overrides/dovecot, where that is not: they would apply no more',
    'refuse: mailu_smtp reads /mailu/overrides/postfix.cf, /mailu/overrides/relays.map, and a run gives it the overrides in /mailu/overrides/postfix, where those are not: they would apply no more',
  ]);
  const copied = [...files, 'dovecot/dovecot.conf', 'postfix/postfix.cf', 'postfix/relays.map'];
  expect(said(guide, copied)).toEqual([]);
  expect(said(guide, ['notes.txt'])).toEqual([]);
});

test('so are those that are only read, and those from elsewhere are named', () => {
  expect(said({ smtp: ['/mailu/overrides', 'ro'] }, ['postfix.cf']).map(({ level }) => level)).toEqual([
    'refuse',
  ]);
  expect(said({ smtp: ['/srv/own', 'ro'] }, []).map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'warn: mailu_smtp has its overrides from /srv/own, and a run gives it those in /mailu/overrides/postfix: what is only in /srv/own applies no more',
  ]);
});

test('nothing is said of a service that has them from its own place', () => {
  expect(said({ smtp: ['/mailu/overrides/postfix', 'ro'] }, ['postfix.cf'])).toEqual([]);
});

test('the fix copies what is read now to where it will be read, over nothing', () => {
  const root = mkdtempSync(join(tmpdir(), 'provision-overrides-'));
  const [refusal] = said({ smtp: ['/mailu/overrides'] }, ['postfix.cf', 'a.map']);
  mkdirSync(join(root, 'overrides/postfix'), { recursive: true });
  writeFileSync(join(root, 'overrides/postfix.cf'), 'relayhost = x\n');
  writeFileSync(join(root, 'overrides/a.map'), 'old\n');
  writeFileSync(join(root, 'overrides/postfix/a.map'), 'new\n');
  const command = (refusal?.fix[0] ?? '').replace(/^.*?(?=mkdir)/, '').replaceAll('/mailu/', `${root}/`);
  execFileSync('sh', ['-c', command]);
  expect(readFileSync(join(root, 'overrides/postfix/postfix.cf'), 'utf8')).toBe('relayhost = x\n');
  expect(readFileSync(join(root, 'overrides/postfix/a.map'), 'utf8')).toBe('new\n');
});
