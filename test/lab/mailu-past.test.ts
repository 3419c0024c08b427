import { beforeAll, expect, test } from 'vitest';
import {
  changedLines,
  figure,
  findings,
  finished,
  inventory,
  json,
  provision,
  refusals,
  type Tree,
} from './harness.ts';
import { up } from './lab.ts';
import { eventually, withMailu } from './mail.ts';
import { REGISTRY } from './registry.ts';
import { failures, follow, goesThrough, on } from './steps.ts';

/** A site of one host on which somebody has done things before, and between the runs. */
const NODE = 'node-1';
const IMAGE = `${REGISTRY}/mailu/postfix:2024.06`;

const site = (change: (mailu: Tree, tree: Tree) => void = () => undefined) =>
  inventory(1, (tree) => {
    withMailu(tree, (mailu) => {
      mailu.patience = 240;
    });
    tree.storage = { kind: 'none' };
    change(tree.mailu as Tree, tree);
  });
const fixesOf = async (file: string) => refusals(await json('plan', file)).flatMap(({ fix }) => fix);
const larger = () => site((mailu) => (mailu.messageSizeLimit = 40_000_000));
const refused = async (file: string) => {
  const ran = await json(file);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  return refusals(ran).map(({ code, message }) => `${code}: ${message}`);
};

beforeAll(async () => {
  await up({ nodes: 1, fresh: true, internet: true, registry: true });
  // All but the stack.
  const base = await json(site((_mailu, tree) => delete tree.mailu));
  expect({ code: base.code, failures: failures(base) }).toEqual({ code: 0, failures: [] });
});

test('a Mailu of Docker Compose that still runs is named before anything is deployed; stopped as the fix says, it is no hindrance', async () => {
  const container = (name: string, more: string) =>
    on(
      NODE,
      `docker run -d --restart always --name ${name} --label com.docker.compose.project=mailu ${more} --entrypoint sleep ${IMAGE} 100000 >/dev/null`,
    );
  await on(
    NODE,
    'mkdir -p /mailu/mail /mailu/overrides/dovecot; echo "mail_max_userip_connections = 50" >/mailu/overrides/dovecot/dovecot.conf',
  );
  await container('mailu-front-1', '-p 993:993');
  await container('mailu-imap-1', '-v /mailu/mail:/mail');
  const said = await refused(site());
  figure('a Mailu of Docker Compose', said);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^other-writer: .*mailu-front-1, mailu-imap-1.*\/mailu\/mail.*993/);
  await on(
    NODE,
    'docker update --restart=no mailu-front-1 mailu-imap-1 >/dev/null && docker stop -t 0 mailu-front-1 mailu-imap-1 >/dev/null',
  );
});

test("a program with one of the stack's files open is named", async () => {
  await on(
    NODE,
    `printf '[Service]\nExecStart=/bin/sh -c "exec 3>>/mailu/mail/old.log; sleep 100000"\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/old-dovecot.service && systemctl enable --now old-dovecot`,
  );
  await eventually('it has it open', 10, async () => (await on(NODE, 'ls /mailu/mail')) !== '');
  expect(await refused(site())).toEqual([
    expect.stringMatching(/^other-writer: .*old-dovecot\.service.*\/mailu\/mail\/old\.log/),
  ]);
  for (const line of await fixesOf(site())) await follow(line);
  await on(NODE, 'rm /mailu/mail/old.log');
});

test('a mail server of the distribution has the port of Mailu; ended as the fix says, it is no hindrance', async () => {
  await on(
    NODE,
    `export DEBIAN_FRONTEND=noninteractive; apt-get -qq -y --no-install-recommends install exim4-daemon-light >/dev/null && sed -i "s/^dc_local_interfaces=.*/dc_local_interfaces=''/" /etc/exim4/update-exim4.conf.conf && update-exim4.conf && systemctl restart exim4`,
  );
  expect(await refused(site())).toEqual([expect.stringMatching(/exim4.*25|25.*exim4/)]);
  const ends = (await fixesOf(site())).filter((line) => line.includes('disable --now'));
  expect(ends).toHaveLength(1);
  await follow(ends[0]);
  expect(refusals(await json('plan', site()))).toEqual([]);
});

test("the stack is deployed; somebody's Dovecot settings and service stay, and no older Mailu takes its place", async () => {
  const ran = await json(site());
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  const dovecot = await on(NODE, 'cat /mailu/overrides/dovecot/dovecot.conf');
  expect(dovecot).toMatch(/^mail_max_userip_connections = 50\n# Written by provision/);
  await on(
    NODE,
    `docker service create -q --detach --no-healthcheck --name mailu_backup --label com.docker.stack.namespace=mailu --mount type=bind,source=/mailu,target=/x --entrypoint sleep ${REGISTRY}/redis:alpine 100000`,
  );
  const again = await json(larger());
  expect({ code: again.code, failures: failures(again) }).toEqual({ code: 0, failures: [] });
  expect(findings(again).map(({ code }) => code)).toContain('added-services');
  expect(await on(NODE, "docker service ls --format '{{.Name}}'")).toContain('mailu_backup');
  expect(finished(await json(larger()))?.changes).toBe(0);

  expect(await refused(site((mailu) => (mailu.version = '2.0')))).toContainEqual(
    expect.stringMatching(/^downgrade: /),
  );
  expect(
    await refused(site((_mailu, tree) => (tree.storage = { kind: 'none', root: '/srv/mailu' }))),
  ).toContainEqual(expect.stringMatching(/^root-elsewhere: /));
});

test('mail in a container that somebody has taken the directory from: held, let go, copied by the fixes, and then kept where the inventory says', async () => {
  await on(NODE, 'docker service update -q --detach=false --mount-rm /mail mailu_imap >/dev/null');
  const imap = () => on(NODE, 'docker ps -q -f label=com.docker.swarm.service.name=mailu_imap');
  await on(
    NODE,
    `docker exec ${await imap()} sh -c 'mkdir -p /mail/past@example.org && echo kept >/mail/past@example.org/one'`,
  );
  const paused = async () => on(NODE, `docker inspect -f '{{.State.Paused}}' ${await imap()}`);
  expect(await refused(larger())).toEqual([expect.stringMatching(/^mail-elsewhere: /)]);
  const [copy, goOn, leave] = await fixesOf(larger());
  await follow(copy);
  expect(await paused()).toBe('true');
  await follow(leave);
  expect(await paused()).toBe('false');
  await follow(copy);
  await follow(goOn);
  await goesThrough(larger());
  expect(finished(await goesThrough(larger()))?.changes).toBe(0);
  expect(await on(NODE, `cat /mailu/mail/past@example.org/one`)).toBe('kept');
  expect(await on(NODE, `docker exec ${await imap()} cat /mail/past@example.org/one`)).toBe('kept');
});

test("fetchmail's list beside the accounts, as older stack files had it: moved by the fixes", async () => {
  const fetching = () =>
    site((mailu) => {
      mailu.messageSizeLimit = 40_000_000;
      mailu.fetchmail = true;
    });
  await goesThrough(fetching());
  await on(
    NODE,
    'docker service update -q --detach=false --mount-add type=bind,source=/mailu/data,target=/data mailu_fetchmail >/dev/null; echo seen >/mailu/data/fetchids',
  );
  expect(await refused(fetching())).toEqual([expect.stringMatching(/^mail-elsewhere: the list/)]);
  const [end, copy, goOn] = await fixesOf(fetching());
  expect(copy).toMatch(/^copy the file fetchids, .* from \/mailu\/data to \/mailu\/data\/fetchmail,/);
  await follow(end);
  await on(NODE, 'cp -a /mailu/data/fetchids /mailu/data/fetchmail/');
  await follow(goOn);
  await goesThrough(fetching());
  expect(finished(await goesThrough(fetching()))?.changes).toBe(0);
  expect(await on(NODE, 'cat /mailu/data/fetchmail/fetchids')).toBe('seen');
});

test('the section taken out: the stack runs on, a run and status say so, and remove-stack ends it', async () => {
  const without = site((_mailu, tree) => delete tree.mailu);
  const ran = await json(without);
  expect(ran.code).toBe(0);
  expect(findings(ran).map(({ code }) => code)).toContain('stack-left');
  expect((await provision('status', without)).stdout).toContain('of which the inventory says nothing');
  const removed = await provision('remove-stack', without, '--yes');
  expect(removed.code).toBe(0);
  expect(removed.stdout).toContain('mailu_backup');
  expect(await on(NODE, 'docker service ls --quiet; ls -d /mailu/mail')).toBe('/mailu/mail');
});
