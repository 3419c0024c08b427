import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { askToRelay } from '../../src/outside/index.ts';
import { STRANGER } from './addresses.ts';
import {
  changedLines,
  counted,
  figure,
  finished,
  json,
  NODES,
  plannedLines,
  provision,
  refusals,
  type Tree,
} from './harness.ts';
import { exec } from './lab.ts';
import {
  allTasks,
  bareMailNodes,
  DOMAIN,
  dialFrom,
  eventually,
  front,
  logOf,
  mailInventory,
  send,
  subjects,
  taskOf,
} from './mail.ts';
import { nodeNamed } from './node.ts';
import { countingPrograms } from './programs.ts';
import { REGISTRY } from './registry.ts';
import { failures, on } from './steps.ts';

let file = '';
/** The same inventory with something else in `mailu`. */
function changed(change: (mailu: Tree, tree: Tree) => void): string {
  const tree = parse(readFileSync(file, 'utf8')) as Tree;
  change(tree.mailu as Tree, tree);
  const other = file.replace(/\.yaml$/, `-${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(other, stringify(tree));
  return other;
}

beforeAll(async () => {
  await bareMailNodes();
  file = mailInventory((mailu) => {
    mailu.webmail = 'roundcube';
    mailu.patience = 300;
  });
});

test('bare nodes become a mail server: a message from outside is read; the second run changes nothing', async () => {
  const begin = Date.now();
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  figure('bare nodes to mail stack, seconds', Math.round((Date.now() - begin) / 1000));
  const outside = ran.events.find(({ kind }) => kind === 'outside');
  const fronts = (outside?.fronts ?? []) as readonly {
    host: string;
    delivery: { result: string; seconds: number };
    relay: readonly { result: string }[];
  }[];
  // This machine has no name that its address leads to: a run says that it was put off, and does not wait.
  expect(fronts.map(({ host, delivery }) => [host, delivery.result])).toEqual(
    NODES.map((node) => [node, 'greylisted']),
  );

  const { result, counts } = await counted(NODES, () => json(file));
  expect({ code: result.code, planned: plannedLines(result) }).toEqual({ code: 0, planned: [] });
  expect(counts).toEqual(Object.fromEntries(NODES.map((node) => [node, { connections: 1, execs: 2 }])));
  figure('mailu: no-op run, counted at sshd', counts);
});

test('a run with nothing to do asks each program a few times, however much there is to ask', async () => {
  const most = { docker: 10, gluster: 6, systemctl: 6 };
  const { result, started } = await countingPrograms(NODES, Object.keys(most), () => json(file));
  expect({ code: result.code, planned: plannedLines(result) }).toEqual({ code: 0, planned: [] });
  figure('mailu: programs that a no-op run starts', started);
  for (const node of NODES)
    for (const [program, count] of Object.entries(most))
      expect(started[node]?.[program], `${program} on ${node}`).toBeLessThanOrEqual(count);
});

test('check looks at every port from outside, dns gives the records, status and logs tell what runs', async () => {
  const begin = Date.now();
  const checked = await provision('check', file);
  expect(checked).toMatchObject({ code: 0 });
  figure('check: seconds, with the wait for greylisting', Math.round((Date.now() - begin) / 1000));
  for (const port of [25, 443, 465, 993, 995, 4190])
    expect(checked.stdout).toMatch(new RegExp(`^ +${port} +\\w+ +mail\\.${DOMAIN}, until`, 'm'));
  const dns = await provision('dns', file);
  expect(dns.code).toBe(0);
  for (const record of [
    / MX 10 mail\.example\.org\./,
    /"v=spf1 /,
    /dkim\._domainkey.*v=DKIM1/,
    /_dmarc.*v=DMARC1/,
    / SRV /,
    / TLSA 3 1 1 [0-9a-f]{64}/,
    / PTR /,
    /autoconfig/,
  ])
    expect(dns.stdout).toMatch(record);
  figure('dns records', dns.stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';')).length);
  const status = await provision('status', file);
  expect(status.code).toBe(0);
  for (const service of ['admin', 'antispam', 'imap', 'redis', 'smtp', 'webmail'])
    expect(status.stdout).toMatch(new RegExp(`^ +${service} +1 of 1 running +node-\\d`, 'm'));
  expect(status.stdout).toMatch(/^ +front +3 of 3 running +node-1 node-2 node-3/m);
  const logs = await provision('logs', file, 'smtp', '--tail', '5');
  expect(logs.code).toBe(0);
  expect(logs.stdout).toMatch(/mailu_smtp\.1/);
  expect(await provision('logs', file, 'smpt')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no service smpt; there are front, redis, admin'),
  });
});

test('whom admin runs as can make keys anew; what is asked for without a path leads to the webmail', async () => {
  const key = `/dkim/${DOMAIN}.dkim.key`;
  const { node } = await taskOf('admin');
  const admin = '$(docker ps -q --filter label=com.docker.swarm.service.name=mailu_admin)';
  expect(await on(node, `docker exec ${admin} stat -c %U ${key}`)).toBe('mailu');
  expect(await on(node, `docker exec --user mailu ${admin} sh -c 'test -w ${key} && echo yes'`)).toBe('yes');
  const inFront = '$(docker ps -q --filter label=com.docker.swarm.service.name=mailu_front)';
  const page = await on(
    'node-1',
    `docker exec ${inFront} curl -ksS -o /dev/null -w '%{http_code} %{redirect_url}' https://127.0.0.1/`,
  );
  figure('what / answers', page);
  expect(page).not.toMatch(/^(404|5)/);
});

test("smtp's log has the client's own address", async () => {
  expect(await send('node-2', 'client-address')).toBeUndefined();
  const { value } = await eventually('the message is logged', 30, async () => {
    const log = await logOf('smtp');
    return new RegExp(`client=\\S*\\[${STRANGER.address.replaceAll('.', '\\.')}\\]`).exec(log)?.[0];
  });
  figure("client in smtp's log", value);
});

test('one value changed: the plan names the services and the field, and only they are updated', async () => {
  const other = changed((mailu) => {
    mailu.variables = { COMPRESSION: 'gz' };
  });
  const planned = plannedLines(await json('plan', other));
  expect(planned).toEqual(['node-1: stack mailu: imap environment COMPRESSION']);
  const before = await allTasks();
  const ran = await json(other);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 0, changed: planned });
  const after = await allTasks();
  const replaced = Object.keys(after).filter((service) => String(after[service]) !== String(before[service]));
  expect(replaced).toEqual(['imap']);
  figure('one value changed: planned, services whose tasks were replaced', [planned, replaced]);
  expect(await subjects(front('node-1'))).toContain('client-address');
  expect((await json(file)).code).toBe(0);
});

test('nobody outside can relay: from this machine, from another container network, over IPv6', async () => {
  const services = [
    { port: 25, protocol: 'smtp', encryption: 'upgrade' },
    { port: 465, protocol: 'smtp', encryption: 'start' },
  ] as const;
  const { address } = nodeNamed('node-2');
  const target = { address, domain: DOMAIN, hostname: `mail.${DOMAIN}` };
  const image = `${REGISTRY}/mailu/postfix:2024.06`;
  await on(
    'node-1',
    'docker rm -f on-bridge on-overlay on-host; docker network inspect other >/dev/null 2>&1 || docker network create -d overlay --attachable other',
  );
  const client = (name: string, network: string) =>
    on('node-1', `docker run -d --name ${name} --network ${network} --entrypoint sleep ${image} 3600`);
  await client('on-bridge', 'bridge');
  await client('on-overlay', 'other');
  await client('on-host', 'host');
  const linkLocal = await on(
    'node-2',
    "ip -6 -o addr show dev eth0 scope link | sed 's|.*inet6 ||; s|/.*||'",
  );
  const ways = {
    'this machine': front('node-2'),
    'a bridge network of node-1': dialFrom('node-1', 'on-bridge', address),
    'an overlay network of the swarm': dialFrom('node-1', 'on-overlay', address),
    'a bridge network, the own node': dialFrom('node-1', 'on-bridge', nodeNamed('node-1').address),
    'an overlay network, the own node': dialFrom('node-1', 'on-overlay', nodeNamed('node-1').address),
    'a node over IPv6': dialFrom('node-1', 'on-host', `${linkLocal}%eth0`),
  };
  for (const [name, dial] of Object.entries(ways)) {
    const answers = await askToRelay(target, services, dial, 2);
    figure(
      `ways of asking to relay that were refused, from ${name}`,
      answers.filter(({ result }) => result === 'refused').length,
    );
    expect({ name, not: answers.filter(({ result }) => result !== 'refused') }).toEqual({ name, not: [] });
    expect(answers.length).toBeGreaterThanOrEqual(20);
  }
  await on('node-1', 'docker rm -f on-bridge on-overlay on-host; docker network rm other');
});

test('what would make it an open relay is refused before anything is deployed', async () => {
  const gateway = await on(
    'node-1',
    "docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' docker_gwbridge",
  );
  const ingress = await on('node-1', "docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' ingress");
  for (const range of [gateway, ingress]) {
    const ran = await json(changed((mailu) => (mailu.relayNetworks = [range])));
    expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
    expect(new Set(refusals(ran).map(({ code }) => code))).toEqual(new Set(['open-relay']));
  }
  const subnet = await json(
    changed((mailu) => (mailu.network = { subnet: '172.31.77.0/24', name: 'mailu' })),
  );
  expect(subnet.code).toBe(5);
  expect(refusals(subnet).map(({ code }) => code)).toContain('subnet-not-alone');
  for (const range of ['0.0.0.0/0', '::/0', '10.203.0.0/16'])
    expect(
      (
        await provision(
          'plan',
          changed((mailu) => (mailu.relayNetworks = [range])),
        )
      ).code,
    ).toBe(3);
});

test('remove-stack says what stays, and the next run brings everything back', async () => {
  expect(await provision('remove-stack', file)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--yes'),
  });
  const removed = await provision('remove-stack', file, '--yes');
  expect(removed.code).toBe(0);
  expect(removed.stdout).toMatch(/Stays:\n +all mail and settings: \/mailu/);
  expect(await on('node-1', 'docker service ls -q')).toBe('');
  const again = await json(file);
  expect({ code: again.code, failures: failures(again) }).toEqual({ code: 0, failures: [] });
  expect(await subjects(front('node-3'))).toContain('client-address');
  expect(changedLines(again).filter((line) => !line.includes('stack mailu'))).toEqual([]);
  expect(finished(await json(file))?.changes).toBe(0);
});

test('a newer version is an upgrade, service by service', async () => {
  const newer = changed((mailu) => (mailu.version = '2024.06.57'));
  const planned = plannedLines(await json('plan', newer));
  // The first line is the note of which administration has worked with the database: there is no way back.
  expect(planned).toEqual([
    'node-1: data-directory /mailu/backup/deployed/2024.06.57: directory',
    ...['admin', 'antispam', 'front', 'imap', 'smtp', 'webmail'].map(
      (name) => `node-1: stack mailu: ${name} image`,
    ),
  ]);
  const ran = await json(newer);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await send('node-1', 'after-upgrade')).toBeUndefined();
  const { value } = await eventually('the mail is there', 60, async () => {
    const found = await subjects(front('node-2'));
    return found.includes('after-upgrade') && found;
  });
  expect(value).toContain('client-address');
  expect(
    (
      await exec(
        'node-1',
        `docker service inspect -f '{{.Spec.TaskTemplate.ContainerSpec.Image}}' mailu_imap`,
      )
    ).stdout,
  ).toContain(':2024.06.57');
});
