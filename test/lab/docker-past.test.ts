import { beforeAll, expect, test } from 'vitest';
import {
  bareNodes,
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
import { exec } from './lab.ts';
import { failures, follow, on } from './steps.ts';

/** Hosts with a Docker that somebody has set up before, each a site of its own. */
beforeAll(async () => {
  await bareNodes(3);
});

const only = (node: string, docker?: object, change: (host: Tree, tree: Tree) => void = () => undefined) =>
  inventory(3, (tree) => {
    const host = tree.hosts[node] as Tree;
    tree.hosts = { [node]: host };
    if (docker !== undefined) tree.docker = docker;
    change(host, tree);
  });
const installed = (node: string, before = 'true') =>
  on(
    node,
    `export DEBIAN_FRONTEND=noninteractive; ${before}; apt-get -qq update; apt-get -qq -y --no-install-recommends install docker.io docker-cli >/dev/null`,
  );
const daemonJson = async (node: string) => JSON.parse(await on(node, 'cat /etc/docker/daemon.json')) as Tree;
const running = (node: string) => on(node, 'systemctl is-active docker.service');

test('a flag in the unit and settings of somebody: both are kept, and a setting that is a flag as well is refused', async () => {
  const dropIn = '[Service]\\nExecStart=\\nExecStart=/usr/sbin/dockerd -H fd:// --log-driver=local\\n';
  await installed(
    'node-1',
    `mkdir -p /etc/docker /etc/systemd/system/docker.service.d; printf '${dropIn}' >/etc/systemd/system/docker.service.d/log.conf; echo '{"registry-mirrors":["https://mirror.example.org"]}' >/etc/docker/daemon.json`,
  );
  const ran = await json(only('node-1'));
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await daemonJson('node-1')).toEqual({ 'registry-mirrors': ['https://mirror.example.org'] });
  expect(await on('node-1', "docker info --format '{{.LoggingDriver}}'")).toBe('local');
  expect(finished(await json(only('node-1')))?.changes).toBe(0);

  const both = await json(only('node-1', { settings: { 'log-driver': 'json-file' } }));
  expect({ code: both.code, changed: changedLines(both) }).toEqual({ code: 5, changed: [] });
  expect(refusals(both)[0]?.message).toContain('log.conf');
  figure('a flag and a setting', refusals(both)[0]?.message);
  expect(await running('node-1')).toBe('active');
});

test('settings that Docker does not start with: the old ones are back, Docker runs, and the run says so', async () => {
  const before = await daemonJson('node-1');
  await on(
    'node-1',
    'rm /etc/systemd/system/docker.service.d/log.conf; systemctl daemon-reload; systemctl restart docker',
  );
  const file = only('node-1', { settings: { bip: 'nosuch' } });
  const ran = await provision(file);
  figure('settings that Docker does not start with', (ran.stdout + ran.stderr).trim().split('\n').slice(-12));
  expect(ran.code).toBe(2);
  expect(ran.stdout + ran.stderr).toMatch(/nosuch/);
  expect(ran.stdout).not.toMatch(/no changes/i);
  expect(await running('node-1')).toBe('active');
  expect(await daemonJson('node-1')).toEqual(before);
  const [failure] = failures(await json(file));
  expect(failure?.output?.stderr).toContain(
    'as before again, and it runs with that: /etc/docker/daemon.json',
  );
  expect(await running('node-1')).toBe('active');
});

test("an engine's data elsewhere is kept where it is: neither removed from daemon.json nor changed while it holds something", async () => {
  await installed(
    'node-2',
    `mkdir -p /etc/docker; echo '{"data-root":"/srv/docker"}' >/etc/docker/daemon.json`,
  );
  await on('node-2', 'docker swarm init >/dev/null; docker volume create precious >/dev/null');
  const swarm = "docker info --format '{{.Swarm.Cluster.ID}} {{.DockerRootDir}}'; docker volume ls --quiet";
  const before = await on('node-2', swarm);
  for (const settings of [
    { 'data-root': null },
    { 'data-root': '/var/lib/docker' },
    { 'data-root': '/srv/other' },
  ]) {
    const ran = await json(only('node-2', { settings }));
    expect({ settings, code: ran.code, changed: changedLines(ran) }).toEqual({
      settings,
      code: 5,
      changed: [],
    });
    expect(
      refusals(ran)
        .map(({ message }) => message)
        .join('\n'),
    ).toContain('/srv/docker');
  }
  const ran = await json(only('node-2'));
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await on('node-2', swarm)).toBe(before);
  expect(await daemonJson('node-2')).toMatchObject({ 'data-root': '/srv/docker', 'log-driver': 'json-file' });

  await on('node-2', 'systemctl stop docker.service docker.socket');
  const stopped = await json('plan', only('node-2', { settings: { 'data-root': '/var/lib/docker' } }));
  expect(stopped.code).toBe(5);
  const edited = `sed -i 's|/srv/docker|/srv/elsewhere|' /etc/docker/daemon.json`;
  await on('node-2', 'systemctl start docker.service');
  await on('node-2', edited);
  expect((await json(only('node-2'))).code).toBe(5);
  expect((await exec('node-2', 'docker volume ls --quiet')).stdout).toContain('precious');
});

test('labels and availability that somebody has set stay, and what needs them runs on', async () => {
  const file = only('node-3');
  expect((await json(file)).code).toBe(0);
  await on('node-3', 'docker node update --label-add role=db --availability pause node-3 >/dev/null');
  const ran = await json(
    only('node-3', undefined, (host) => (host.swarm = { role: 'manager', labels: { disk: 'ssd' } })),
  );
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({
    code: 0,
    changed: ['node-3: swarm-node node-3: label disk'],
  });
  expect(findings(ran)).toMatchObject([{ level: 'warn', code: 'availability-kept', host: 'node-3' }]);
  const format = '{{json .Spec.Labels}} {{.Spec.Availability}}';
  expect(await on('node-3', `docker node inspect self --format '${format}'`)).toBe(
    '{"disk":"ssd","role":"db"} pause',
  );
  const told = await json(
    only(
      'node-3',
      undefined,
      (host) => (host.swarm = { role: 'manager', availability: 'active', labels: { role: null } }),
    ),
  );
  expect(changedLines(told)).toEqual([
    'node-3: swarm-node node-3: availability',
    'node-3: swarm-node node-3: label role',
  ]);
});

test('an engine that is stopped and holds nothing where it is to keep its data: started by the fix, it is gone on with', async () => {
  await on(
    'node-1',
    'systemctl stop docker.service docker.socket; rm -rf /var/lib/docker; rm -f /etc/docker/daemon.json',
  );
  const elsewhere = only('node-1', { settings: { 'data-root': '/srv/new/docker' } });
  const ran = await json(elsewhere);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  const start = refusals(ran)
    .flatMap(({ fix }) => fix)
    .find((line) => line.startsWith('if nothing was ever there'));
  await follow(start);
  const again = await json(elsewhere);
  expect({ code: again.code, refused: refusals(again), failures: failures(again) }).toEqual({
    code: 0,
    refused: [],
    failures: [],
  });
  expect(await on('node-1', "docker info --format '{{.DockerRootDir}}'")).toBe('/srv/new/docker');
});
