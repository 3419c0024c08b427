import { describe, expect, test } from 'vitest';
import { brings, copiesOut, STOPS } from '../../playbooks/mailu/accounts-moves.ts';
import { copyUnit } from '../../playbooks/mailu/copies.ts';
import { decideDatabase } from '../../playbooks/mailu/database.ts';
import { ID, type MailHost, mailCluster } from './mail-hosts.ts';

const DATA = '/var/lib/mailu/data';
const FILE = `${DATA}/main.db`;
const NAMELESS = `/var/lib/docker/volumes/${'0123456789abcdef'.repeat(4)}/_data`;
const POSTGRES = { kind: 'postgresql', server: 'db.example.org', password: 'x' };

type Hosts = Readonly<Record<string, MailHost>>;
type Consents = readonly 'database-moved'[];

/** What is decided, with the words: `kind host`, or the first finding. */
function decideOnce(hosts: Hosts, database: object, consents: Consents = []) {
  const cluster = mailCluster(hosts, { database: { kind: 'sqlite', ...database } }, new Set(consents));
  const decision = decideDatabase(cluster.settings as never, cluster);
  if (decision.kind !== 'refused')
    return { is: 'host' in decision ? `${decision.kind} ${decision.host.name}` : decision.kind };
  const [{ code, host, message, fix } = expect.fail('refused without a reason')] = decision.findings;
  return { is: host === undefined ? code : `${code} ${host}`, message, fix };
}

/** The same, whatever the order of the hosts. */
function decide(hosts: Hosts, database: object = {}, consents: Consents = []) {
  const decided = decideOnce(hosts, database, consents);
  const reversed = Object.fromEntries(Object.entries(hosts).toReversed());
  expect(decideOnce(reversed, database, consents)).toEqual(decided);
  return decided;
}

describe('a service that is bound to no node', () => {
  const service = { data: DATA, node: undefined };

  test('has the accounts where its container runs, whoever comes first by name', () => {
    const { message, fix } = decide({
      'mail-1': { databases: [FILE], service },
      'mail-2': { databases: [FILE], containers: [{ data: DATA }] },
    });
    expect(message).toContain(`Mailu uses those in ${FILE} on mail-2`);
    expect(fix).toEqual([expect.stringMatching(/^mail-1\$ now=.*mv -n /)]);
  });

  test.each<[string, Hosts]>([
    [
      'no container of it runs',
      { 'mail-1': { databases: [FILE], service }, 'mail-2': { databases: [FILE] } },
    ],
    [
      'its containers have ended',
      {
        'mail-1': { databases: [FILE], service, containers: [{ data: DATA, running: false }] },
        'mail-2': { databases: [FILE] },
      },
    ],
    [
      'two of it run',
      {
        'mail-1': { databases: [FILE], service, containers: [{ data: DATA }] },
        'mail-2': { databases: [FILE], containers: [{ data: DATA }] },
      },
    ],
  ])('is not said to use any, and nothing is moved, where %s', (_, hosts) => {
    const { is, message, fix } = decide(hosts);
    expect(is).toBe('two-databases');
    expect(message).toContain('Which of them are yours is not clear');
    expect(message).not.toContain('Mailu uses');
    expect(fix?.join('\n')).not.toMatch(/mv -|rm |scale/);
    expect(fix?.join('\n')).toContain(`mail-2$ ls -l --time-style=full-iso ${FILE}*`);
  });

  test('goes on with the only file, which its container has, whatever the copies say', () => {
    const copies = [{ path: '/mailu/backup/accounts/main-1.db', bytes: 1, modified: 1_764_500_000 }];
    const hosts = { databases: [FILE], service, shared: { copies } };
    expect(decide({ 'mail-1': { ...hosts, containers: [{ data: DATA }] } }).is).toBe('here mail-1');
    expect(decide({ 'mail-1': hosts }).is).toBe('database-old mail-1');
  });

  test('may have been replaced on a host that is silent', () => {
    const running = { databases: [FILE], service, containers: [{ data: DATA }] };
    expect(decide({ 'mail-1': running, 'mail-2': { silent: true } }).is).toBe('database-silent');
  });
});

test('an old file is moved aside with its journal', () => {
  const copies = [{ path: '/mailu/backup/accounts/main-1.db', bytes: 1, modified: 1_764_500_000 }];
  const { fix } = decide({ 'mail-1': { databases: [FILE], shared: { copies } } });
  expect(fix?.[0]).toMatch(/mail-1\$ .*-journal -wal -shm/);
});

test('an old file that another container has is moved aside once that has stopped', () => {
  const shared = {
    copies: [{ path: '/mailu/backup/accounts/main-1.db', bytes: 1, modified: 1_764_500_000 }],
  };
  const others = [{ name: 'compose', mounts: [{ source: DATA, path: DATA, shared: false }] }];
  const { fix } = decide({ 'mail-1': { databases: [FILE], shared, others } });
  expect(fix?.slice(0, 2)).toEqual([
    'the container compose on mail-1 has the old file: stop that first',
    'mail-1$ docker update --restart=no compose && docker stop compose',
  ]);
});

describe('accounts that are gone with their container', () => {
  const service = { data: undefined, node: 'mail-1' };

  test('in a volume without a name: copied before anything is stopped', () => {
    const { is, fix, message } = decide({
      'mail-1': {
        databases: [`${NAMELESS}/main.db`],
        looked: [NAMELESS],
        containers: [{ data: NAMELESS }],
        service,
      },
    });
    expect(is).toBe('database-elsewhere mail-1');
    expect(fix).toEqual([`mail-1$ ${copiesOut(ID, true, DATA)} && mail-1$ ${STOPS}`]);
    expect(message).toContain('in a volume without a name, which Docker removes with its container');
    // Once both are done, the service names no place still, and there is no container.
    expect(decide({ 'mail-1': { databases: [FILE], service } }).is).toBe('here mail-1');
  });

  test('in a volume without a name whose container has ended: copied, and nothing is stopped', () => {
    const { fix } = decide({
      'mail-1': {
        databases: [`${NAMELESS}/main.db`],
        containers: [{ data: NAMELESS, running: false }],
        service,
      },
    });
    expect(fix).toEqual([`mail-1$ ${brings(NAMELESS, DATA)}`]);
  });

  test('in the container itself: copied before it is stopped', () => {
    const { is, fix } = decide({ 'mail-1': { containers: [{ inside: true }], service } });
    expect(is).toBe('database-elsewhere mail-1');
    expect(fix).toEqual([`mail-1$ ${copiesOut(ID, true, DATA)} && mail-1$ ${STOPS}`]);
  });

  test('in a container that has ended: copied', () => {
    const containers = [{ inside: true, running: false }];
    const { fix } = decide({ 'mail-1': { containers, service } });
    expect(fix).toEqual([`mail-1$ ${copiesOut(ID, false, DATA)}`]);
    expect(decide({ 'mail-1': { databases: [FILE], containers, service } }).is).toBe('here mail-1');
  });

  test('in two containers: none is stopped', () => {
    const containers = [{ inside: true }];
    const { fix, is } = decide({
      'mail-1': { containers, service: { data: undefined } },
      'mail-2': { containers },
    });
    expect(is).toBe('database-elsewhere mail-1');
    expect(fix?.join()).not.toMatch(/scale|mv|cp /);
  });

  test.each<[string, Hosts, string]>([
    ['silent', { 'mail-1': { service: { data: undefined } }, 'mail-2': { silent: true } }, 'mail-2'],
    [
      'with a Docker that does not run',
      { 'mail-1': { service: { data: undefined, node: 'mail-2' } }, 'mail-2': { engine: 'stopped' } },
      'mail-2',
    ],
  ])('on a host that is %s: no others are made', (_, hosts, where) => {
    expect(decide(hosts).is).toBe(`database-elsewhere ${where}`);
  });

  test('nowhere, and everybody was asked: begun', () => {
    expect(decide({ 'mail-1': { service }, 'mail-2': { engine: 'none' } }).is).toBe('made mail-1');
  });
});

describe('a disk with the mail that is not there now', () => {
  const mailAway = '/mailu, which /etc/fstab names, is not mounted';
  test.each<[string, MailHost, object, readonly 'database-moved'[]]>([
    ['and a file with accounts is', { databases: [FILE] }, {}, []],
    ['and what runs has the accounts', { databases: [FILE], service: { node: 'mail-1' } }, {}, []],
    ['and a server has the accounts', {}, POSTGRES, []],
    ['and no accounts are seen', {}, {}, []],
    ['and the accounts were moved', { databases: [FILE] }, {}, ['database-moved']],
  ])('%s: refused', (_, host, database, consents) => {
    const { is, message } = decide(
      { 'mail-1': { ...host, mailAway, shared: { unknown: mailAway } } },
      database,
      consents,
    );
    expect(is).toBe('storage-away mail-1');
    expect(message).toContain(mailAway);
  });
});

describe('accounts that Mailu of Docker Compose has open', () => {
  const admin = {
    name: 'mailu-admin-1',
    project: 'mailu',
    image: 'ghcr.io/mailu/admin:2024.06',
    mounts: [{ source: '/mailu/data', path: '/mailu/data', shared: false }],
  };

  test('are not copied before it has stopped', () => {
    const { is, fix, message } = decide({
      'mail-1': { databases: ['/mailu/data/main.db'], others: [admin] },
    });
    expect(is).toBe('database-on-shared-storage mail-1');
    expect(fix).toEqual(['mail-1$ docker update --restart=no mailu-admin-1 && docker stop mailu-admin-1']);
    expect(message).toContain('the container mailu-admin-1 of the Compose project mailu on mail-1 has it');
    const stopped = { ...admin, running: false };
    const after = decide({ 'mail-1': { databases: ['/mailu/data/main.db'], others: [stopped] } });
    expect(after.fix).toEqual([`mail-1$ ${brings('/mailu/data', DATA)}`]);
  });

  test('on another host that has the storage mounted', () => {
    const databases = ['/mailu/data/main.db'];
    const { fix } = decide({ 'mail-1': { databases }, 'mail-2': { databases, others: [admin] } });
    expect(fix).toEqual(['mail-2$ docker update --restart=no mailu-admin-1 && docker stop mailu-admin-1']);
  });

  test('are not moved aside beside those in use', () => {
    const { fix } = decide({
      'mail-1': { databases: [FILE], containers: [{ data: DATA }], service: { node: 'mail-1' } },
      'mail-2': {
        databases: [FILE],
        others: [{ ...admin, mounts: [{ source: '/var/lib/mailu', path: '/var/lib/mailu', shared: false }] }],
      },
    });
    expect(fix).toEqual(['mail-2$ docker update --restart=no mailu-admin-1 && docker stop mailu-admin-1']);
  });
});

describe('one file that is seen in several ways', () => {
  const on = (path: string, number: string, type = 'nfs4', source = '192.0.2.5:/srv/other') => ({
    path,
    identity: { number, type, source },
  });

  test('on a network file system at the place of the accounts: one, and no file is renamed', () => {
    const { is, message, fix } = decide({
      'mail-1': {
        databases: [on(FILE, '0:45:77')],
        containers: [{ data: DATA }],
        service: { node: 'mail-1' },
      },
      'mail-2': { databases: [on(FILE, '0:51:77', 'nfs', 'nas.example.org:/srv/other')] },
    });
    expect(is).toBe('database-on-shared-storage mail-1');
    expect(message).toContain('on a file system that mail-1, mail-2 have mounted');
    expect(fix).toEqual([expect.stringContaining('path: /srv/accounts')]);
  });

  test('is brought to the disk of the host that the inventory names', () => {
    const hosts = {
      'mail-1': { databases: [on(FILE, '0:45:77')] },
      'mail-2': { databases: [on(FILE, '0:51:77')] },
    };
    const { fix } = decide(hosts, { host: 'mail-2', path: '/srv/accounts' });
    expect(fix).toEqual([`mail-2$ ${brings(DATA, '/srv/accounts/data')}`]);
  });

  test.each([
    ['fuse.glusterfs', 'localhost:/gv0', 'mail-1:gv0'],
    ['nfs4', '[fd00::5]:/srv/other', '192.0.2.5:/srv/other[/data]'],
    ['cifs', '//nas/share', '//nas/share'],
  ])('on %s, whatever its server is called', (type, one, another) => {
    const { is } = decide({
      'mail-1': { databases: [on(FILE, '0:45:77', type, one)] },
      'mail-2': { databases: [on(FILE, '0:46:77', type, another)] },
    });
    expect(is).toBe('database-on-shared-storage mail-1');
  });

  test('by two paths of a host', () => {
    const volume = '/var/lib/docker/volumes/mailu_data/_data/main.db';
    const local = (path: string) => on(path, '8:1:77', 'ext4', '/dev/sda1');
    expect(decide({ 'mail-1': { databases: [local(FILE), local(volume)] } }).is).toBe('here mail-1');
  });

  test('the shared storage that is mounted at the place of the accounts as well', () => {
    const both = (device: string) => [
      on(FILE, `${device}:77`, 'fuse.glusterfs', 'localhost:/gv0'),
      on('/mailu/data/main.db', `${device}:77`, 'fuse.glusterfs', 'localhost:/gv0'),
    ];
    const { is } = decide({ 'mail-1': { databases: both('0:45') }, 'mail-2': { databases: both('0:46') } });
    expect(is).toBe('database-on-shared-storage mail-1');
  });

  test.each([
    ['disks of their own', on(FILE, '8:1:77', 'ext4', '/dev/sda1'), on(FILE, '8:1:77', 'ext4', '/dev/sda1')],
    [
      'two volumes',
      on(FILE, '0:45:77', 'fuse.glusterfs', 'a:gv0'),
      on(FILE, '0:45:77', 'fuse.glusterfs', 'a:gv1'),
    ],
    ['two exports', on(FILE, '0:45:77'), on(FILE, '0:45:77', 'nfs4', '192.0.2.5:/srv/third')],
    ['two files of one', on(FILE, '0:45:77'), on(FILE, '0:45:78')],
  ])('%s are two', (_, one, another) => {
    expect(decide({ 'mail-1': { databases: [one] }, 'mail-2': { databases: [another] } }).is).toBe(
      'two-databases',
    );
  });
});

describe('the inventory has a server, and nothing runs', () => {
  const copies = [{ path: '/mailu/backup/accounts/main-1.db', bytes: 1, modified: 1_764_000_000 }];

  test('copies say that the accounts were in a file', () => {
    const hosts = { 'mail-1': { shared: { copies, mailboxes: ['alice@example.org'] } }, 'mail-2': {} };
    const { is, fix } = decide(hosts, POSTGRES);
    expect(is).toBe('database-elsewhere mail-1');
    expect(fix?.[1]).toContain('--database-moved');
    expect(decide(hosts, POSTGRES, ['database-moved']).is).toBe('server');
  });

  test('nobody could look for copies', () => {
    const unknown = '/mailu did not answer in 10 s';
    expect(decide({ 'mail-1': { shared: { unknown } } }, POSTGRES).is).toBe('database-not-looked-for mail-1');
    expect(decide({ 'mail-1': { shared: { unknown } }, 'mail-2': {} }, POSTGRES).is).toBe('server');
  });

  test('mail without a copy may be of that server', () => {
    expect(decide({ 'mail-1': { shared: { mailboxes: ['alice@example.org'] } } }, POSTGRES).is).toBe(
      'server',
    );
  });
});

describe('a path that was edited after the stack was removed', () => {
  const shared = {
    copies: [{ path: '/mailu/backup/accounts/main-1.db', bytes: 1, modified: 1_764_000_000 }],
  };

  test('the file at the old path, which the host has recorded, goes before a copy', () => {
    const databases = ['/srv/old/data/main.db'];
    const { is, fix } = decide({ 'mail-1': { databases, shared } }, { path: '/srv/accounts' });
    expect(is).toBe('database-elsewhere mail-1');
    expect(fix).toEqual([expect.stringContaining('path: /srv/old }')]);
  });

  test('where nothing was recorded, a person is told to look at the old path first', () => {
    const { is, message } = decide({ 'mail-1': { shared } }, { path: '/srv/accounts' });
    expect(is).toBe('database-lost mail-1');
    expect(message).toContain(`in /srv/accounts/data/main.db, in ${FILE}, or where a run has last left them`);
    expect(message).toContain('or mailu.database.path was another one, prefer what is there');
  });

  test('the unit that copies the accounts records their place', () => {
    expect(copyUnit('/srv/accounts')).toContain('\nX-Accounts=/srv/accounts/data/main.db\n');
  });
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['another file', { SQLITE_DATABASE_FILE: 'data/accounts.db' }, 'database-elsewhere'],
  [
    'another file, by its address',
    { SQLALCHEMY_DATABASE_URI: 'sqlite:////srv/main.db' },
    'database-elsewhere',
  ],
  ['the usual file', { SQLITE_DATABASE_FILE: 'data/main.db' }, 'made mail-1'],
  ['the usual file, by its address', { SQLALCHEMY_DATABASE_URI: 'sqlite:////data/main.db' }, 'made mail-1'],
])('a service whose variables name %s', (_, environment, expected) => {
  expect(decide({ 'mail-1': { service: { environment, node: 'mail-1' } } }).is).toBe(expected);
});

/** A host in one of all the ways that matter here. */
const HOSTS: readonly MailHost[] = [
  { silent: true },
  ...[[], [FILE]].flatMap((databases): MailHost[] => [
    { databases },
    { databases, engine: 'stopped' },
    { databases, containers: [{ data: DATA, running: false }] },
    { databases, containers: [{ data: DATA }] },
    { databases, others: [{ name: 'compose', mounts: [{ source: DATA, path: DATA, shared: false }] }] },
  ]),
];

test('all states of three hosts: no fix moves or copies a file that is in use, and none is called in use that is not', () => {
  const wrong: string[] = [];
  let states = 0;
  const names = ['mail-1', 'mail-2', 'mail-3'];
  const services = [undefined, { data: undefined }, { data: DATA }, { data: DATA, node: 'mail-2' }];
  for (const one of HOSTS)
    for (const two of HOSTS)
      for (const three of HOSTS)
        for (const service of services)
          for (const path of ['/var/lib/mailu', '/srv/accounts']) {
            const all = [one, two, three];
            const teller = all.findIndex(({ silent }) => silent !== true);
            if (teller === -1) continue;
            states++;
            const hosts: Hosts = Object.fromEntries(
              all.map((host, index) => [
                names[index] as string,
                index === teller && service !== undefined ? { ...host, service } : host,
              ]),
            );
            const { is, message = '', fix = [] } = decideOnce(hosts, { path });
            const told = `${JSON.stringify(hosts)}: ${is} ${message} ${fix.join(' | ')}`;
            const runs = (name: string) =>
              (hosts[name]?.containers ?? []).some(({ running }) => running !== false);
            const has = (name: string) => (hosts[name]?.databases?.length ?? 0) > 0;
            const held = (name: string) => runs(name) || hosts[name]?.others !== undefined;
            const stops = fix.some((line) => line.includes('scale mailu_admin=0'));
            for (const line of fix.filter((each) => /mv -n|cp -a/.test(each))) {
              const [name = ''] = line.split('$');
              if (hosts[name]?.others !== undefined || (runs(name) && !stops)) wrong.push(`moved: ${told}`);
            }
            const [, user] = /Mailu uses those in \S+ on (\S+)\./.exec(message) ?? [];
            const users = names.filter((name) => runs(name) && has(name));
            if (user !== undefined && (users.length !== 1 || users[0] !== user))
              wrong.push(`in use: ${told}`);
            const [kind, chosen = ''] = is.split(' ');
            if (kind === 'here' && users.length > 0 && !users.includes(chosen))
              wrong.push(`not used: ${told}`);
            if (kind === 'made' && names.some(has)) wrong.push(`made: ${told}`);
            if (kind === 'here' && names.filter((name) => held(name) && has(name)).length > 1)
              wrong.push(`two: ${told}`);
          }
  process.stdout.write(`figure  accounts in use: ${states} states, ${wrong.length} wrong\n`);
  expect(wrong.slice(0, 3)).toEqual([]);
});
