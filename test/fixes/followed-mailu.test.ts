import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decideDatabase } from '../../playbooks/mailu/database.ts';
import { inspectSelector } from '../../playbooks/mailu/selector.ts';
import { ending, stopping } from '../../playbooks/mailu/stops.ts';
import type { Mailu } from '../../playbooks/settings/mailu.ts';
import { type MailHost, mailCluster } from '../mailu/mail-hosts.ts';
import { refusedWith } from './cases.ts';
import { Sandbox } from './sandbox.ts';

test('keys are copied under the names that Mailu looks for, and none is written over', () => {
  const keys = ['example.org.dkim.key', 'xn--mller-kva.example.dkim.key'];
  const cluster = mailCluster({ 'mail-1': { shared: { keys } } }, { variables: { DKIM_SELECTOR: 'mail' } });
  const [finding] = inspectSelector(cluster.settings as Mailu, cluster);
  const host = new Sandbox();
  for (const name of keys) host.write(`mailu/dkim/${name}`, name);
  host.write('mailu/dkim/müller.example.mail.key', 'theirs');
  host.paste(finding?.fix[1] ?? '', ['/mailu']);
  expect(host.read('mailu/dkim/example.org.mail.key')).toBe('example.org.dkim.key');
  expect(host.read('mailu/dkim/example.org.dkim.key')).toBe('example.org.dkim.key');
  expect(host.read('mailu/dkim/müller.example.mail.key')).toBe('theirs');
});

function refusal(host: MailHost) {
  const cluster = mailCluster({ 'mail-1': host });
  const decision = decideDatabase(cluster.settings as Mailu, cluster);
  return decision.kind === 'refused' ? decision.findings[0] : undefined;
}

test('an empty storage is begun, and what is there stays', () => {
  const finding = refusal({ databases: ['/var/lib/mailu/data/main.db'], shared: { folders: [] } });
  expect(finding?.code).toBe('storage-empty');
  const host = new Sandbox();
  host.write('mailu/mail/a', 'a');
  expect(host.paste(finding?.fix[1] ?? '', ['/mailu'])).toBe(0);
  expect(host.read('mailu/mail/a')).toBe('a');
  expect(existsSync(host.at('mailu/dkim'))).toBe(true);
});

test('what is left of old accounts is moved aside, and nothing of it is lost', () => {
  const copy = { path: '/mailu/backup/accounts/1.db', bytes: 1, modified: 1_764_000_000 };
  const finding = refusal({ shared: { mailboxes: ['example.org'], keys: ['k'], copies: [copy] as never } });
  expect(finding?.code).toBe('database-lost');
  const host = new Sandbox({ date: 'echo 7' });
  for (const path of ['mail/a', 'dkim/k', 'backup/accounts/1.db']) host.write(`mailu/${path}`, path);
  host.paste(finding?.fix.at(-1) ?? '', ['/mailu']);
  expect(
    ['mail.aside-7/a', 'dkim.aside-7/k', 'backup/accounts.aside-7/1.db'].map((path) =>
      host.read(`mailu/${path}`),
    ),
  ).toEqual(['mail/a', 'dkim/k', 'backup/accounts/1.db']);
  expect(host.read('mailu/mail/a')).toBeUndefined();
});

test('a host forgets where accounts were, and nothing else', () => {
  const finding = refusal({ recorded: ['/srv/accounts/data/main.db'] });
  const host = new Sandbox({});
  const unit = '[Unit]\nX-Accounts=/srv/accounts/data/main.db\n\n[Service]\nType=oneshot\n';
  host.write('etc/systemd/system/provision-accounts.service', unit);
  host.paste(finding?.fix.at(-1) ?? '', ['/etc/systemd']);
  expect(host.read('etc/systemd/system/provision-accounts.service')).toBe(
    '[Unit]\n\n[Service]\nType=oneshot\n',
  );
});

/** A Docker whose only container has the id `abc`, and whose commands run here. */
const DOCKER = `case "$*" in
  "ps -q"*) echo abc ;;
  *" cp -a "*) shift 2; exec "$@" ;;
  *"id -u"*) echo 1000 ;;
  *config-import*) cat >read ;;
esac`;

test('a key under the other spelling of its domain is found, and stays under the old name', () => {
  const host = new Sandbox({ docker: DOCKER });
  host.write('dkim/xn--mller-kva.example.dkim.key', 'key');
  host.paste(refusedWith('mailu-accounts', 'let Mailu find it'), ['/dkim']);
  expect(host.read('dkim/müller.example.dkim.key')).toBe('key');
  expect(host.read('dkim/xn--mller-kva.example.dkim.key')).toBe('key');
});

test('the domain alone is made, and its key as whoever runs the administration', () => {
  const host = new Sandbox({ docker: DOCKER });
  host.paste(refusedWith('mailu-accounts', 'to begin with new accounts beside them'));
  expect(host.told.at(-1)).toBe('docker exec abc flask mailu domain example.org');
  host.paste(refusedWith('mailu-accounts', 'where example.org never had a key'));
  expect(host.told.at(-1)).toBe(
    'docker exec --user 1000 -i abc flask mailu config-import --update --quiet -',
  );
  expect(JSON.parse(host.read('read') ?? '')).toEqual({
    domain: [{ name: 'example.org', dkim_key: '-generate-' }],
  });
});

const ON = {
  onHost: (command: string) => `mail-1$ ${command}`,
  facts: { neighbours: { containers: [], former: [] } },
};

test('containers of others are kept from starting again, then stopped, and never removed', () => {
  const host = new Sandbox({ docker: '' });
  const container = { engine: 'docker', fleeting: false, running: true };
  const group = [
    { ...container, name: 'front' },
    { ...container, name: 'imap' },
  ] as never;
  for (const line of stopping(group, ON as never)) host.paste(line);
  expect(host.told).toEqual(['docker update --restart=no front imap', 'docker stop front imap']);
  const stopped = [{ ...container, name: 'front', running: false }] as never;
  for (const line of stopping(stopped, ON as never)) host.paste(line);
  expect(host.told.slice(2)).toEqual(['docker update --restart=no front']);
});

test('containers of podman are stopped first: an old one cannot keep them from starting again', () => {
  const host = new Sandbox({ podman: 'case $1 in update) exit 125 ;; esac' });
  const group = [{ engine: 'podman', fleeting: false, running: true, name: 'imap' }] as never;
  const [line = '', words] = stopping(group, ON as never);
  expect(host.paste(line)).not.toBe(0);
  expect(host.told).toEqual(['podman stop imap', 'podman update --restart=no imap']);
  expect(words).toMatch(/before 5\.1.*: mail-1\$ podman diff imap$/);
});

test('a service of another stack is scaled to nothing, and the service stays', () => {
  const host = new Sandbox({ docker: '' });
  const { fix, ends } = ending({ name: 'mail_imap', replicas: 2 } as never, ON as never, []);
  host.paste(fix);
  expect(host.told).toEqual(['docker service scale mail_imap=0']);
  expect(ends).toMatch(/removes its containers/);
});

test('a network of Docker is removed by its name alone', () => {
  const host = new Sandbox({ docker: '' });
  host.paste(refusedWith('docker-network', 'or remove what uses it'));
  expect(host.told).toEqual(['docker network rm mail']);
});
