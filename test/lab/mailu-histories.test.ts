import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { changedLines, figure, json, NODES, type Ran, refusals, type Tree } from './harness.ts';
import { exec } from './lab.ts';
import { DOMAIN, eventually, mailInventory, mailNodes, send } from './mail.ts';
import { REGISTRY } from './registry.ts';
import { failures, on } from './steps.ts';

/** Histories of an edit and an accident each; 30 with LAB_HISTORIES=30. */
const COUNT = Number(process.env.LAB_HISTORIES ?? 6);
const SEED = Number(process.env.LAB_SEED ?? 16);
const ALICE = `alice@${DOMAIN}`;

type Site = Tree & { hosts: Record<string, Tree>; mailu?: Tree; storage?: Tree; docker?: Tree };

const settings = (tree: Site): Tree => (tree.docker as Tree).settings as Tree;

/** What a person does to the file. */
const EDITS: Readonly<Record<string, (tree: Site) => void>> = {
  'hosts the other way round': (tree) => {
    tree.hosts = Object.fromEntries(Object.entries(tree.hosts).toReversed());
  },
  'accounts on another host': (tree) => {
    (tree.mailu as Tree).database = { kind: 'sqlite', host: 'node-3' };
  },
  'accounts in another directory': (tree) => {
    (tree.mailu as Tree).database = { kind: 'sqlite', path: '/srv/accounts' };
  },
  'accounts in a server': (tree) => {
    (tree.mailu as Tree).database = { kind: 'postgresql', server: '192.0.2.9', password: 'postmaster' };
  },
  'an older Mailu': (tree) => {
    (tree.mailu as Tree).version = '2.0';
  },
  'another domain': (tree) => {
    (tree.mailu as Tree).domain = 'example.net';
  },
  'no section mailu': (tree) => {
    delete tree.mailu;
  },
  'neither mailu nor storage': (tree) => {
    delete tree.mailu;
    delete tree.storage;
  },
  'another root': (tree) => {
    (tree.storage as Tree).root = '/srv/mail';
  },
  'another volume': (tree) => {
    (tree.storage as Tree).volume = 'other';
  },
  'another brick path': (tree) => {
    (tree.storage as Tree).brickPath = '/srv/gluster/elsewhere';
  },
  'another data root': (tree) => {
    settings(tree)['data-root'] = '/srv/docker';
  },
  'no settings of Docker': (tree) => {
    tree.docker = {};
  },
  'another network': (tree) => {
    (tree.mailu as Tree).network = { subnet: '10.204.0.0/24' };
  },
  'a host by another name': (tree) => {
    const { 'node-1': first, ...rest } = tree.hosts;
    tree.hosts = { ...rest, 'mail-0': first as Tree };
  },
};

/** What happens to the machines, and how it is undone. */
const ACCIDENTS: Readonly<Record<string, readonly [act: string, undo: string, node?: string]>> = {
  nothing: ['true', 'true'],
  'Docker of a manager is stopped': [
    'systemctl stop docker.socket docker',
    'systemctl start docker',
    'node-2',
  ],
  'glusterd is stopped': ['systemctl stop glusterd', 'systemctl start glusterd', 'node-3'],
  'a second file of accounts': [
    'mkdir -p /var/lib/mailu/data && cp /mailu/backup/accounts/*.db /var/lib/mailu/data/main.db',
    'rm -r /var/lib/mailu/data',
    'node-2',
  ],
  'a container that writes the mail': [
    `docker run -d --name writer --label com.docker.compose.project=old -v /mailu/mail:/mail --entrypoint sleep ${REGISTRY}/redis:alpine 600 >/dev/null`,
    'docker rm -f writer >/dev/null',
    'node-3',
  ],
  'a label that somebody needs': [
    'docker node update --label-add role=db node-3 >/dev/null',
    'docker node update --label-rm role node-3 >/dev/null',
  ],
  'the DKIM key belongs to somebody else': [
    `chown daemon /mailu/dkim/${DOMAIN}.dkim.key`,
    `chown root /mailu/dkim/${DOMAIN}.dkim.key`,
  ],
  'the swarm locks itself': [
    'docker swarm update --autolock=true >/dev/null',
    'docker swarm update --autolock=false >/dev/null',
  ],
};

let base = '';

function edited(change: (tree: Site) => void): string {
  const tree = parse(readFileSync(base, 'utf8')) as Site;
  change(tree);
  const file = join(mkdtempSync(join(tmpdir(), 'provision-history-')), 'inventory.yaml');
  writeFileSync(file, stringify(tree));
  return file;
}

/** Numbers that are the same for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();

/** All that cannot be made again: who may receive mail, with which key, their mail, the volume, the swarm and what is in it. */
async function kept() {
  const admin = (
    await Promise.all(
      NODES.map(async (node) => {
        const { code } = await exec(node, 'test -s /var/lib/mailu/data/main.db');
        return code === 0 ? await on(node, `${PYTHON} /var/lib/mailu/data/main.db`) : '';
      }),
    )
  ).toSorted((a, b) => b.length - a.length)[0];
  return {
    accounts: lines(admin ?? ''),
    key: await on('node-1', `sha256sum </mailu/dkim/${DOMAIN}.dkim.key`),
    mail: Number(
      await on(
        'node-1',
        'find /mailu/mail/alice@* -type f -path "*/new/*" -o -path "*/cur/*" -type f | wc -l',
      ),
    ),
    volume: await on('node-1', "cat /var/lib/glusterd/vols/mailu/info | grep '^volume-id'"),
    cluster: await on('node-1', "docker info --format '{{.Swarm.Cluster.ID}}'"),
    nodes: lines(await on('node-1', "docker node ls --format '{{.ID}} {{.Hostname}}'")),
    local: lines(await on('node-2', 'ls /var/lib/docker/volumes | grep precious')),
    theirs: await on('node-1', "docker secret ls --format '{{.Name}}' | grep -x theirs"),
    other: await on('node-1', "docker service ls --format '{{.Name}}' | grep -x other"),
  };
}

/** Names in the stand-in's accounts, asked of the file itself: no service has to run. */
const PYTHON = `python3 -c 'import sqlite3,sys; print("\\n".join(k+" "+n for k,n in sqlite3.connect("file:"+sys.argv[1]+"?mode=ro",uri=True).execute("select kind,name from object")))'`;

const told = (ran: Ran) =>
  ran.code === 0
    ? `went on, ${changedLines(ran).length} changes`
    : `exit ${ran.code}: ${[...refusals(ran), ...failures(ran)].map(({ code }) => code).join(', ')}`;

beforeAll(async () => {
  await mailNodes();
  base = mailInventory((mailu) => {
    mailu.patience = 300;
  });
  const ran = await json(base);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  await on(
    'node-1',
    `docker exec $(docker ps -q -f label=com.docker.swarm.service.name=mailu_admin) flask mailu user alice ${DOMAIN} Secret-1
     systemctl start provision-accounts.service
     echo x | docker secret create theirs - >/dev/null
     docker service create -d --name other --endpoint-mode dnsrr ${REGISTRY}/redis:alpine >/dev/null`,
  );
  await on('node-2', 'docker volume create precious >/dev/null');
  await eventually('a message is taken', 120, async () => (await send('node-1', 'one', ALICE)) === undefined);
});

test('edits and accidents: never fewer accounts, keys, mailboxes, volumes or swarm objects', {
  timeout: 4 * 3_600_000,
}, async () => {
  const { accounts: first, ...others } = await kept();
  expect(first).toContain(`user ${ALICE}`);
  let known = first;
  const pick = generator(SEED);
  const histories: string[] = [];
  for (let round = 0; round < COUNT; round++) {
    const edit = Object.keys(EDITS)[pick(Object.keys(EDITS).length)] as string;
    const accident = Object.keys(ACCIDENTS)[round === 0 ? 0 : pick(Object.keys(ACCIDENTS).length)] as string;
    const [act, undo, node = 'node-1'] = ACCIDENTS[accident] as readonly [string, string, string?];
    await on(node, act);
    const ran = await json(edited(EDITS[edit] as (tree: Site) => void));
    const history = `${edit} x ${accident}: ${told(ran)}`;
    process.stdout.write(`figure  history ${round + 1}: ${history}\n`);
    histories.push(history);
    await exec(node, undo);
    const healed = await json(base);
    expect({ history, code: healed.code, failures: failures(healed), refusals: refusals(healed) }).toEqual({
      history,
      code: 0,
      failures: [],
      refusals: [],
    });
    const { accounts, ...rest } = await kept();
    expect({ history, ...rest }).toEqual({ history, ...others });
    // Another domain brings accounts of its own: there may be more, never fewer.
    expect({ history, fewer: known.filter((account) => !accounts.includes(account)) }).toEqual({
      history,
      fewer: [],
    });
    known = accounts;
  }
  figure('histories on nodes', histories.length);
});
