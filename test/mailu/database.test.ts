import { describe, expect, test } from 'vitest';
import { brings, restores, STOPS } from '../../playbooks/mailu/accounts-moves.ts';
import { onOneHost } from '../../playbooks/mailu/copies.ts';
import { type DatabaseDecision, decideDatabase } from '../../playbooks/mailu/database.ts';
import { stops } from '../../playbooks/mailu/stops.ts';
import type { MailuCluster } from '../../playbooks/settings/mailu.ts';
import { type MailHost, mailCluster, mailuSettings } from './mail-hosts.ts';

const FILE = '/var/lib/mailu/data/main.db';
const POSTGRES = { kind: 'postgresql', server: 'db.example.org', password: 'x' };
const IN_POSTGRES = { DB_FLAVOR: 'postgresql', DB_HOST: 'db.example.org', DB_NAME: 'mailu' };

const meaning = (decision: DatabaseDecision): string =>
  decision.kind === 'refused'
    ? decision.findings
        .map(({ code, host }) => `refused ${code}${host === undefined ? '' : ` ${host}`}`)
        .join()
    : 'host' in decision
      ? `${decision.kind} ${decision.host.name}`
      : decision.kind;

const copyOf = (modified: number) => ({
  path: `/mailu/backup/accounts/main-${modified}.db`,
  bytes: 40960,
  modified,
});

const decide = (cluster: MailuCluster) => decideDatabase(cluster.settings as never, cluster);

describe('where the accounts are', () => {
  test.each<[string, Readonly<Record<string, MailHost>>, object, string]>([
    ['nowhere, and nothing suggests that they ever were', { 'mail-2': {}, 'mail-1': {} }, {}, 'made mail-1'],
    [
      'on the host that the inventory names',
      { 'mail-1': {}, 'mail-2': {} },
      { host: 'mail-2' },
      'made mail-2',
    ],
    [
      'where the file is, whoever comes first',
      { 'mail-0': {}, 'mail-1': { databases: [FILE] } },
      {},
      'here mail-1',
    ],
    [
      'the host that has them was set to another',
      { 'mail-1': { databases: [FILE] }, 'mail-2': {} },
      { host: 'mail-2' },
      'refused database-on-another-host mail-1',
    ],
    [
      'the path was changed',
      { 'mail-1': { databases: [FILE] } },
      { path: '/srv/accounts' },
      'refused database-elsewhere mail-1',
    ],
    [
      'the path was changed, and the file with it',
      { 'mail-1': { databases: ['/srv/accounts/data/main.db'] } },
      { path: '/srv/accounts' },
      'here mail-1',
    ],
    [
      'on two hosts',
      { 'mail-1': { databases: [FILE] }, 'mail-2': { databases: [FILE] } },
      {},
      'refused two-databases',
    ],
    [
      'on the shared storage, as the guide has them: seen by all, once',
      { 'mail-1': { databases: ['/mailu/data/main.db'] }, 'mail-2': { databases: ['/mailu/data/main.db'] } },
      {},
      'refused database-on-shared-storage mail-1',
    ],
    [
      'on a host and on the shared storage',
      {
        'mail-1': { databases: [FILE, '/mailu/data/main.db'] },
        'mail-2': { databases: ['/mailu/data/main.db'] },
      },
      {},
      'refused two-databases',
    ],
    ['perhaps on a silent host', { 'mail-1': {}, 'mail-2': { silent: true } }, {}, 'refused database-silent'],
    [
      'on a silent host, by what runs',
      { 'mail-1': { service: { node: 'mail-2' } }, 'mail-2': { silent: true } },
      {},
      'here mail-2',
    ],
    [
      'on a host that was taken out of the inventory',
      { 'mail-1': { service: { node: 'mail-9' } }, 'mail-2': {} },
      {},
      'refused database-on-unknown-host',
    ],
    [
      'lost with its host: there is mail',
      { 'mail-1': { shared: { mailboxes: ['alice@example.org'] } }, 'mail-2': {} },
      {},
      'refused database-lost mail-1',
    ],
    [
      'lost with its host: there is a DKIM key',
      { 'mail-1': { shared: { keys: ['example.org.dkim.key'] } } },
      {},
      'refused database-lost mail-1',
    ],
    [
      'lost with its host: there is a copy',
      {
        'mail-1': {
          shared: {
            copies: [{ path: '/mailu/backup/accounts/main-1.db', bytes: 1, modified: 1_764_000_000 }],
          },
        },
      },
      {},
      'refused database-lost mail-1',
    ],
    [
      'not to be told: the storage does not answer',
      { 'mail-1': { shared: { unknown: '/mailu did not answer in 10 s' } } },
      {},
      'refused database-not-looked-for mail-1',
    ],
    [
      'on a disk that is not there now',
      { 'mail-1': { away: '/var/lib/mailu, which /etc/fstab names, is not mounted' }, 'mail-2': {} },
      {},
      'refused database-not-looked-for mail-1',
    ],
    [
      'in a volume of a Docker that does not run',
      { 'mail-1': { service: { data: 'mailu_data', node: 'mail-2' } }, 'mail-2': {} },
      {},
      'refused database-elsewhere',
    ],
    [
      'in a directory that the inventory had, on a host whose Docker does not run',
      { 'mail-1': { service: { data: '/srv/old/data', node: 'mail-2' } }, 'mail-2': {} },
      { path: '/srv/accounts' },
      'refused database-elsewhere',
    ],
    [
      'in the directory that the inventory had, on a silent host',
      { 'mail-1': { service: { node: 'mail-2' } }, 'mail-2': { silent: true } },
      { path: '/srv/accounts' },
      'refused database-elsewhere',
    ],
    [
      'about to be made by an administration that begins on the second host',
      { 'mail-1': { service: { node: 'mail-2' } }, 'mail-2': {} },
      {},
      'made mail-2',
    ],
    [
      'on a silent host that has another name by now',
      { 'mail-1': { service: { node: 'mail-9' } }, 'mail-2': { silent: true } },
      {},
      'refused database-silent',
    ],
    [
      "in a volume of Docker's",
      { 'mail-1': { databases: ['/var/lib/docker/volumes/mailu_data/_data/main.db'] } },
      {},
      'refused database-elsewhere mail-1',
    ],
    ['in a server, as ever', { 'mail-1': { service: { environment: IN_POSTGRES } } }, POSTGRES, 'server'],
    [
      'on a host that is silent, by what runs, and an old file elsewhere',
      { 'mail-1': { silent: true }, 'mail-2': { databases: [FILE], service: { node: 'mail-1' } } },
      {},
      'refused database-silent',
    ],
    [
      'on a host that was taken out, by what runs, and an old file elsewhere',
      { 'mail-2': { databases: [FILE], service: { node: 'mail-1' } } },
      {},
      'refused database-on-unknown-host',
    ],
    [
      'on a disk that is not there now, by what runs, and an old file elsewhere',
      { 'mail-1': { away: 'x' }, 'mail-2': { databases: [FILE], service: { node: 'mail-1' } } },
      {},
      'refused database-not-looked-for mail-1',
    ],
    [
      'in a volume of a Docker that does not run, and an old file elsewhere',
      { 'mail-1': {}, 'mail-2': { databases: [FILE], service: { node: 'mail-1', data: 'mailu_data' } } },
      {},
      'refused database-elsewhere',
    ],
    [
      'lost with their host: an old file elsewhere, and a copy of what came later',
      {
        'mail-1': { shared: { copies: [copyOf(1_764_500_000)] } },
        'mail-2': { databases: [FILE], service: { node: 'mail-1' } },
      },
      {},
      'refused database-old mail-2',
    ],
    [
      'brought to another host by hand: nothing is where they were',
      { 'mail-1': {}, 'mail-2': { databases: [FILE], service: { node: 'mail-1' } } },
      {},
      'here mail-2',
    ],
    [
      'in the file that is in use, whatever the copies say, and whoever is silent',
      {
        'mail-1': {
          databases: [FILE],
          service: { node: 'mail-1' },
          shared: { copies: [copyOf(1_764_500_000)] },
        },
        'mail-2': { silent: true },
      },
      {},
      'here mail-1',
    ],
    [
      'in a file, and nothing runs, and a host is silent',
      { 'mail-1': { databases: [FILE] }, 'mail-2': { silent: true } },
      {},
      'refused database-silent',
    ],
    [
      'in a file, and the storage has never held mail',
      { 'mail-1': { databases: [FILE], service: { node: 'mail-1' }, shared: { folders: [] } } },
      {},
      'refused storage-empty mail-1',
    ],
    [
      'in a file, and the storage is to be mounted',
      { 'mail-1': { databases: [FILE], shared: { mounted: false, folders: [] } } },
      {},
      'here mail-1',
    ],
    [
      'in a server, and the storage has never held mail',
      { 'mail-1': { service: { environment: IN_POSTGRES }, shared: { folders: [] } } },
      POSTGRES,
      'refused storage-empty mail-1',
    ],
    [
      'in a server, and the inventory has a file',
      { 'mail-1': { service: { environment: IN_POSTGRES } } },
      {},
      'refused database-elsewhere',
    ],
    [
      'in another server',
      { 'mail-1': { service: { environment: { ...IN_POSTGRES, DB_HOST: 'old.example.org' } } } },
      POSTGRES,
      'refused database-elsewhere',
    ],
    [
      'in a server by its address alone',
      {
        'mail-1': {
          service: { environment: { SQLALCHEMY_DATABASE_URI: 'postgresql://u:p@db.example.org/mailu' } },
        },
      },
      POSTGRES,
      'server',
    ],
    [
      'in a file, and the inventory has a server',
      { 'mail-1': { databases: [FILE] } },
      POSTGRES,
      'refused database-elsewhere',
    ],
    [
      'in a file that is left from before the server',
      { 'mail-1': { databases: [FILE], service: { environment: IN_POSTGRES } } },
      POSTGRES,
      'server',
    ],
    [
      'in a database of another server than the one with the name',
      { 'mail-1': { service: { environment: { ...IN_POSTGRES, DB_NAME: 'other' } } } },
      POSTGRES,
      'refused database-elsewhere',
    ],
  ])('%s', (_, hosts, database, expected) => {
    const section = { database: { kind: 'sqlite', ...database } };
    expect(meaning(decide(mailCluster(hosts, section)))).toBe(expected);
    const reversed = Object.fromEntries(Object.entries(hosts).toReversed());
    expect(meaning(decide(mailCluster(reversed, section)))).toBe(expected);
  });

  test('a file that is lost where the host to keep it sees no storage: what the fixes name is done where it is seen', () => {
    const copies = [copyOf(1)];
    const fix = fixOf(
      decide(
        mailCluster(
          { 'mail-1': { shared: { mounted: false } }, 'mail-2': { shared: { copies } } },
          { database: { kind: 'sqlite', host: 'mail-1' } },
        ),
      ),
    );
    expect(fix[0]).toMatch(
      /^bring the storage of mail-1 back first: run with --stage base .* --stage storage, then without/,
    );
    expect(fix[1]).toContain('mail-2$ mv -nT /mailu/mail');
  });

  test('a copy of the time in which a clock was wrong is not the newest', () => {
    const [before, now, after] = [1_764_000_000, 1_764_000_500, 4_000_000_000];
    const copies = [before, now, after].map(copyOf);
    const lost = decide(mailCluster({ 'mail-1': { shared: { copies } } }));
    expect(fixOf(lost)[0]).toBe(`mail-1$ ${restores(copyOf(now).path, FILE)}`);
    const there = { databases: [{ path: FILE, modified: now + 10 }], shared: { copies } };
    expect(meaning(decide(mailCluster({ 'mail-1': there })))).toBe('here mail-1');
    const only = decide(mailCluster({ 'mail-1': { shared: { copies: [copyOf(after)] } } }));
    expect(fixOf(only)[0]).toBe(`mail-1$ ${restores(copyOf(after).path, FILE)}`);
  });

  test('mail that is moved aside is not open: imap would go on writing there', () => {
    const cluster = mailCluster({
      'mail-1': { shared: { mailboxes: ['alice@example.org'] } },
      'mail-2': { shared: { mailboxes: ['alice@example.org'] } },
    });
    Object.assign(cluster.hosts[1]?.facts as object, { containers: ['mailu_imap'], swarm: { nodes: [] } });
    const [, stop, aside] = fixOf(decide(cluster));
    expect(stop).toBe(
      `before what comes next, stop imap, which has the mail open and would go on writing where that is moved to; a run starts it again: mail-2$ ${stops('mailu_imap')}`,
    );
    expect(aside).toMatch(/^to begin without the old accounts, /);
  });

  test('a person may say that they have moved them', () => {
    const hosts = { 'mail-1': { databases: [FILE] } };
    const brought = {
      'mail-1': { silent: true },
      'mail-2': { databases: [FILE], service: { node: 'mail-1' } },
    };
    expect(meaning(decide(mailCluster(brought, {}, new Set(['database-moved']))))).toBe('here mail-2');
    expect(meaning(decide(mailCluster(hosts, { database: POSTGRES }, new Set(['database-moved']))))).toBe(
      'server',
    );
  });

  test('the newest copy is what brings them back, and nothing is written over', () => {
    const copies = [1, 2].map((n) => ({
      path: `/mailu/backup/accounts/main-${n}.db`,
      bytes: 1,
      modified: n,
    }));
    const decision = decide(mailCluster({ 'mail-1': { shared: { copies } } }));
    expect(fixOf(decision)).toEqual([
      `mail-1$ ${restores('/mailu/backup/accounts/main-2.db', FILE)}`,
      expect.stringMatching(
        /^to begin without the old accounts, .*mv -nT \/mailu\/backup\/accounts \S+.aside-\$\(date \+%s\)$/,
      ),
    ]);
  });
});

const fixOf = (decision: DatabaseDecision) =>
  decision.kind === 'refused' ? decision.findings.flatMap(({ fix }) => fix) : [];

test('accounts in a place that no setting can name are brought where the inventory has them', () => {
  const volume = '/var/lib/docker/volumes/mailu_data/_data';
  const copies = `mail-1$ ${brings(volume, '/var/lib/mailu/data')}`;
  const service = { node: 'mail-1', data: 'mailu_data' };
  const runs = mailCluster({ 'mail-1': { databases: [`${volume}/main.db`], service } });
  expect(fixOf(decide(runs))).toEqual([`mail-1$ ${STOPS}`, copies]);
  // Once that is done, the service still has its old place, which was looked at: nothing is there any more.
  const done = mailCluster({ 'mail-1': { databases: [FILE], looked: [volume], service } });
  expect(meaning(decide(done))).toBe('here mail-1');
  const elsewhere = { databases: [FILE], looked: ['/opt/mail/data'], service: { data: '/opt/mail/data' } };
  expect(meaning(decide(mailCluster({ 'mail-1': elsewhere })))).toBe('here mail-1');
  const stopped = mailCluster({ 'mail-1': { databases: [`${volume}/main.db`] } });
  expect(fixOf(decide(stopped))).toEqual([copies]);
});

test('a copy on a storage that is a directory of the only host is brought back like any other', () => {
  const copies = [{ path: '/mailu/backup/accounts/main-1.db', bytes: 1, modified: 1 }];
  const decision = decide(mailCluster({ 'mail-1': { shared: { mounted: false, copies } } }));
  expect(fixOf(decision)).toEqual([
    `mail-1$ ${restores('/mailu/backup/accounts/main-1.db', FILE)}`,
    expect.stringMatching(/^to begin without the old accounts/),
  ]);
});

test('that no copy has come about is told once one was begun, and not before', () => {
  const told = (begun: boolean) => {
    const cluster = mailCluster({ 'mail-1': { databases: [FILE], shared: { begun } }, 'mail-2': {} });
    return onOneHost(cluster.settings as never, cluster).map(({ code }) => code);
  };
  expect(told(false)).toEqual(['accounts-on-one-host']);
  expect(told(true)).toEqual(['accounts-on-one-host', 'copy-of-accounts-late']);
  const alone = mailCluster({ 'mail-1': { databases: [FILE], shared: { begun: true } } });
  expect(onOneHost(alone.settings as never, alone)).toMatchObject([
    {
      host: 'mail-1',
      fix: ['mail-1$ systemctl status provision-accounts.timer; journalctl -u provision-accounts -n 20'],
    },
  ]);
});

/** A site in truth: who has accounts where, and what a run makes of it. */
interface Site {
  names: string[];
  /** By host and path: how much was known when the file was last written. */
  readonly files: Map<string, Map<string, number>>;
  /** How much those know who are in use, and how much the newest copy. */
  version: number;
  copy: number;
  /** Hosts that do not answer. */
  readonly silent: Set<string>;
  order: number;
  path: string;
  host: string | undefined;
  kind: 'sqlite' | 'postgresql';
  deployed: { readonly node: string | undefined; readonly kind: string; readonly path: string } | undefined;
  mail: boolean;
  storage: 'there' | 'silent';
}

/** The same numbers for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const newSite = (): Site => ({
  names: ['mail-1', 'mail-2', 'mail-3'],
  files: new Map(),
  version: 0,
  copy: 0,
  silent: new Set(),
  order: 0,
  path: '/var/lib/mailu',
  host: undefined,
  kind: 'sqlite',
  deployed: undefined,
  mail: false,
  storage: 'there',
});

/** The accounts, wherever they are: nothing that a run does may make them fewer, or have others used instead. */
const accounts = ({ files }: Site) =>
  [...files].flatMap(([host, paths]) => [...paths.keys()].map((path) => `${host}:${path}`));

function clusterOf(site: Site): MailuCluster {
  const service =
    site.deployed === undefined
      ? {}
      : {
          service: {
            node: site.deployed.node,
            data: `${site.deployed.path}/data`,
            environment: site.deployed.kind === 'sqlite' ? {} : IN_POSTGRES,
          },
        };
  const shared =
    site.storage === 'silent'
      ? { unknown: 'it did not answer' }
      : site.mail
        ? {
            mailboxes: ['alice@example.org'],
            keys: ['example.org.dkim.key'],
            copies: site.copy === 0 ? [] : [copyOf(site.copy * DAY)],
          }
        : {};
  const asked = new Set([`${site.path}/data/main.db`, FILE]);
  const names = [...site.names.slice(site.order), ...site.names.slice(0, site.order)];
  const hosts = names.map((name): [string, MailHost] => [
    name,
    {
      silent: site.silent.has(name),
      databases: [...(site.files.get(name) ?? [])]
        .filter(([path]) => asked.has(path) || service.service !== undefined)
        .map(([path, version]) => ({ path, modified: version * DAY })),
      ...service,
      shared,
    },
  ]);
  const database = site.kind === 'sqlite' ? { kind: 'sqlite', path: site.path, host: site.host } : POSTGRES;
  return mailCluster(Object.fromEntries(hosts), { database });
}

const DAY = 86_400;

const EVENTS: Readonly<Record<string, (site: Site, pick: (below: number) => number) => void>> = {
  'the hosts of the file in another order': (site, pick) => {
    site.order = pick(site.names.length);
  },
  'a host written above': (site) => {
    if (!site.names.includes('mail-0')) site.names.push('mail-0');
  },
  'a host taken out': (site, pick) => {
    if (site.names.length > 1) site.names.splice(pick(site.names.length), 1);
    site.order = 0;
  },
  'the host of the accounts set': (site, pick) => {
    site.host = site.names[pick(site.names.length)];
  },
  'the path changed': (site, pick) => {
    site.path = ['/var/lib/mailu', '/srv/accounts'][pick(2)] as string;
  },
  'the database changed': (site, pick) => {
    site.kind = pick(3) === 0 ? 'postgresql' : 'sqlite';
  },
  'a host reinstalled': (site, pick) => {
    site.files.delete(site.names[pick(site.names.length)] as string);
  },
  'a host away': (site, pick) => {
    site.silent.add(site.names[pick(site.names.length)] as string);
  },
  'all back': (site) => {
    site.silent.clear();
    site.storage = 'there';
  },
  'storage silent': (site) => {
    site.storage = 'silent';
  },
  'an old file left on a host': (site, pick) => {
    const name = site.names[pick(site.names.length)] as string;
    const files = site.files.get(name) ?? new Map<string, number>();
    if (!files.has(FILE) && site.version > 1) site.files.set(name, files.set(FILE, 1));
  },
  'an account made, and copied': (site) => {
    const { deployed } = site;
    const node = deployed?.kind === 'sqlite' ? deployed.node : undefined;
    const path = `${deployed?.path}/data/main.db`;
    if (node === undefined || site.silent.has(node) || site.files.get(node)?.has(path) !== true) return;
    site.version++;
    site.files.get(node)?.set(path, site.version);
    if (site.storage === 'there') site.copy = site.version;
  },
  'the stack removed': (site) => {
    site.deployed = undefined;
  },
};

/** What a run does, and what is wrong with it. */
function run(site: Site): string | undefined {
  if (site.host !== undefined && !site.names.includes(site.host)) return undefined; // A mistake that `check` tells.
  // Where no host is reached a run does nothing.
  if (site.names.every((name) => site.silent.has(name))) return undefined;
  const decision = decide(clusterOf(site));
  if (decision.kind === 'refused') return undefined;
  const had = accounts(site);
  const known = had.filter((place) => site.names.includes(place.split(':')[0] as string));
  if (decision.kind === 'server') {
    if (site.deployed?.kind !== 'postgresql' && known.some((place) => place.endsWith(FILE)))
      return `began with a server beside ${known.join()}`;
    site.deployed = { node: undefined, kind: 'postgresql', path: site.path };
    site.mail = true;
    return undefined;
  }
  const { name } = decision.host;
  const place = `${name}:${site.path}/data/main.db`;
  if (decision.kind === 'made') {
    if (site.mail)
      return `made an empty database at ${place} beside mail; there were ${had.join() || 'none'}`;
    if (site.silent.size > 0 && site.names.some((each) => site.silent.has(each)))
      return `made ${place} past a silent host`;
  } else if (!had.includes(place) && !site.silent.has(name)) return `uses ${place}, where nothing is`;
  else if (site.deployed?.kind === 'postgresql') return `left a server for ${place}`;
  const path = `${site.path}/data/main.db`;
  const files = site.files.get(name) ?? new Map<string, number>();
  const knows = files.get(path);
  // Nothing tells of a file on a host that was taken out once nothing runs and there is no copy that could be read.
  const told = site.deployed !== undefined || site.storage === 'there';
  const most = Math.max(site.copy, ...[...site.files.values()].flatMap((each) => [...each.values()]));
  if (knows !== undefined && knows < most && told) return `uses ${place}, which knows ${knows} of ${most}`;
  if (knows === undefined && !site.silent.has(name)) {
    site.version++;
    files.set(path, site.version);
    site.files.set(name, files);
  }
  site.deployed = { node: name, kind: 'sqlite', path: site.path };
  site.mail = true;
  return undefined;
}

test('1,000 histories of edits and accidents: no run begins with other accounts than there were', () => {
  const wrong: string[] = [];
  let runs = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const pick = generator(seed);
    const site = newSite();
    const history: string[] = [];
    for (let step = 0; step < 12 && wrong.length < 5; step++) {
      const names = Object.keys(EVENTS);
      const event = step === 0 ? 'nothing' : (names[pick(names.length)] as string);
      EVENTS[event]?.(site, pick);
      history.push(event);
      const problem = run(site);
      runs++;
      if (problem !== undefined) wrong.push(`${seed}: ${history.join(' > ')}: ${problem}`);
    }
  }
  process.stdout.write(`figure  accounts: 1000 histories, ${runs} runs, ${wrong.length} wrong\n`);
  expect(wrong).toEqual([]);
});

test('the settings of these tests are ones that an inventory may have', () => {
  expect(mailuSettings().database).toEqual({ kind: 'sqlite', path: '/var/lib/mailu' });
});

/** A swarm with a node that the inventory has not. */
function withStranger(cluster: MailuCluster): MailuCluster {
  const nodes = [
    { id: '1', hostname: 'mail-1' },
    { id: '9', hostname: 'stranger' },
  ];
  for (const { facts } of cluster.hosts) if (facts !== undefined) Object.assign(facts.swarm, { nodes });
  return cluster;
}

describe('what says that there were accounts, where none is found', () => {
  const EMPTY = { folders: [] };

  test('a record of ours', () => {
    const lost = mailCluster({ 'mail-1': { recorded: ['/srv/accounts/data/main.db'], shared: EMPTY } });
    const decision = decide(lost);
    expect(meaning(decision)).toBe('refused database-lost mail-1');
    expect(decision).toMatchObject({
      findings: [
        {
          message: expect.stringContaining(
            'on any host, and a run has left some in /srv/accounts/data/main.db on mail-1: there were accounts once',
          ),
          fix: [
            expect.stringMatching(/^from your backup/),
            "to begin without the old accounts, say so to each host that remembers where they were: mail-1$ sed -i '/^X-Accounts=/d' /etc/systemd/system/provision-accounts.service",
          ],
        },
      ],
    });
  });

  test.each<[string, MailHost]>([
    ['an administration that has been deployed, with its place empty', { service: { node: 'mail-1' } }],
    ['that of the guide, on a storage that is new', { service: { data: '/mailu/data' } }],
  ])('%s', (_, host) => {
    expect(meaning(decide(mailCluster({ 'mail-1': { ...host, shared: EMPTY } })))).toBe(
      'refused storage-empty mail-1',
    );
    expect(meaning(decide(mailCluster({ 'mail-1': host })))).toBe('made mail-1');
  });

  const admin = { image: 'ghcr.io/mailu/admin:2024.06', name: 'mail-admin-1' };
  const data = { target: '/data', source: '/opt/mailu/data', path: '/opt/mailu/data', volume: false };
  const kept = { ...data, unnamed: false, empty: false };
  test.each<[string, MailHost, string]>([
    [
      'of Docker Compose',
      { others: [{ ...admin, keeps: [kept] }] },
      'mail-admin-1 on mail-1, in /opt/mailu/data',
    ],
    [
      'of another stack, ended or not',
      {
        services: [{ ...admin, stack: 'mail', replicas: 0, keeps: [{ ...data, source: 'x', volume: true }] }],
      },
      "mail-admin-1 on mail-1, in the volume x of Docker's",
    ],
    [
      'that has left a volume',
      { strays: ['/var/lib/docker/volumes/x/_data'] },
      'a Mailu that is gone on mail-1, in /var',
    ],
  ])('another Mailu %s', (_, host, said) => {
    const cluster = (consents?: MailuCluster['consents']) => mailCluster({ 'mail-1': host }, {}, consents);
    expect(decide(cluster())).toMatchObject({
      findings: [{ code: 'database-elsewhere', message: expect.stringContaining(said) }],
    });
    expect(meaning(decide(cluster(new Set(['database-moved'] as const))))).toBe('made mail-1');
    const own = mailCluster({ 'mail-1': { ...host, databases: [FILE] } });
    expect(meaning(decide(own))).toBe('here mail-1');
  });

  test('another Mailu that somebody has stopped', () => {
    const cluster = mailCluster({ 'mail-1': {} });
    const stopped = { ...admin, service: undefined, running: false, keeps: [kept] };
    Object.assign(cluster.hosts[0]?.facts?.neighbours as object, { former: [stopped] });
    expect(meaning(decide(cluster))).toBe('refused database-elsewhere mail-1');
  });
});

describe('an old file in another place is not taken for the accounts that are in use', () => {
  const volume = '/var/lib/docker/volumes/mailu_data/_data';
  const old = { databases: [{ path: `${volume}/main.db`, modified: 1_600_000_000 }], looked: [volume] };
  const service = { data: 'mailu_data' };

  test('which are on a host that did not answer', () => {
    const shared = [{ path: '/mailu/data/main.db', modified: 1_600_000_000 }];
    const bound = { databases: shared, service: { data: '/srv/db/data', node: 'mail-2' } };
    expect(meaning(decide(mailCluster({ 'mail-1': bound, 'mail-2': { silent: true } })))).toBe(
      'refused database-elsewhere',
    );
    const unbound = mailCluster({ 'mail-1': { ...old, service }, 'mail-2': { silent: true } });
    expect(fixOf(decide(unbound)).join()).not.toContain('service scale');
  });

  test('which are on a node that the inventory has not', () => {
    const site = () => mailCluster({ 'mail-1': { ...old, service }, 'mail-2': {} });
    expect(fixOf(decide(withStranger(site())))[0]).toBe(
      'write stranger into the inventory, and run again: it says then how the accounts are brought where the inventory has them',
    );
    const brought = mailCluster({ 'mail-1': { databases: [FILE], looked: [volume], service } });
    expect(meaning(decide(withStranger(brought)))).toBe('refused database-elsewhere');
    const ended = mailCluster({ 'mail-1': { databases: [FILE] } });
    expect(meaning(decide(withStranger(ended)))).toBe('refused database-silent');
    const running = { containers: [{ data: volume }], databases: [`${volume}/main.db`], service };
    expect(fixOf(decide(withStranger(mailCluster({ 'mail-1': running }))))[0]).toContain('service scale');
  });

  test('which are in a volume that is mounted while a container has it', () => {
    const identity = { number: '1:2', type: 'nfs4', source: '192.0.2.5:/export/data' };
    const made = {
      databases: [{ path: `${volume}/main.db`, identity }],
      containers: [{ data: volume }],
      looked: [volume],
      service,
    };
    const [copies, again] = fixOf(decide(mailCluster({ 'mail-1': made })));
    expect(copies).toMatch(/docker exec .*docker cp .* && mail-1\$ docker service scale mailu_admin=0/);
    expect(again).toBe('once that has ended without an error: run again with --database-moved');
  });
});
