import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { bareNodes, changedLines, figure, finished, inventory, json, plannedLines } from './harness.ts';
import { exec, stop } from './lab.ts';
import { eventually } from './mail.ts';
import { nodeOf, startNode } from './node.ts';
import { $ } from './shell.ts';
import { failures, on } from './steps.ts';

const playbook = fileURLToPath(new URL('../../playbooks/base.ts', import.meta.url));
const run = (file: string, ...args: readonly string[]) => json(...args, file, '--playbook', playbook);
const clean = async (file: string) => {
  const ran = await run(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(finished(await run(file))?.changes).toBe(0);
  return ran;
};

const folder = mkdtempSync(join(tmpdir(), 'provision-base-'));
const publicKey = (name: string) => {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    `${name}@desk`,
    '-f',
    join(folder, name),
  ]);
  return readFileSync(join(folder, `${name}.pub`), 'utf8').trim();
};
const [anna, ben] = [publicKey('anna'), publicKey('ben')];
const login = (key: string, command: string) =>
  $`ssh -F /dev/null -i ${join(folder, key)} -o IdentitiesOnly=yes -o IdentityAgent=none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes anna@${nodeOf(2).address} ${command}`;

beforeAll(() => bareNodes());

test('kernel, names, people: made, proven by use, drift named and mended, taken back', async () => {
  const users = (account: object) =>
    inventory(3, (tree) => {
      tree.base = { hostsEntries: true, sysctl: { 'net.core.somaxconn': 2048 }, users: { anna: account } };
    });
  const file = users({ keys: [anna, ben], sudo: true, groups: ['adm'] });
  await clean(file);
  expect(await on('node-1', 'sysctl -n net.core.somaxconn; getent hosts node-3')).toMatch(
    new RegExp(`^2048\n${nodeOf(3).address} +node-3$`),
  );
  for (const key of ['anna', 'ben'])
    expect((await login(key, 'sudo -n id -u; id -nG')).stdout).toMatch(/^0\n.*\badm\b/);

  await on(
    'node-2',
    "sysctl -qw net.core.somaxconn=99; sed -i '/node-3$/d' /etc/hosts; sed -i '/ben@desk/d' /home/anna/.ssh/authorized_keys; gpasswd -d anna adm >/dev/null; rm /etc/sudoers.d/90-provision-anna",
  );
  const planned = await run(file, 'plan');
  const lines = [
    'node-2: hosts-entries /etc/hosts: entries',
    'node-2: sysctl /etc/sysctl.d/zz-provision.conf: net.core.somaxconn',
    'node-2: user anna: group adm',
    'node-2: user anna: key ben@desk',
    'node-2: user anna: sudo',
  ];
  expect(plannedLines(planned)).toEqual(lines);
  expect(changedLines(await clean(file))).toEqual(lines);

  await on('node-2', 'printf "# a comment without an end" >>/home/anna/.ssh/authorized_keys');
  await clean(users({ keys: [anna], revoked: [ben], sudo: false }));
  expect((await login('ben', 'true')).exitCode).toBe(255);
  expect((await login('anna', 'sudo -n true')).exitCode).toBe(1);
  expect((await login('anna', 'tail -n 1 .ssh/authorized_keys')).stdout).toContain(
    '# a comment without an end',
  );

  await clean(inventory(3));
  expect(await on('node-2', 'grep -c provision /etc/hosts || true')).toBe('0');
  expect((await login('anna', 'true')).exitCode).toBe(0);
});

test('a clock is kept by chrony where the inventory says so; a service that is there is used', async () => {
  await on('node-3', 'apt-get -qq update; apt-get -qq -y --no-install-recommends install ntpsec >/dev/null');
  const file = inventory(3, ({ hosts }) => {
    hosts['node-2'] = { ...hosts['node-2'], base: { clock: 'chrony', timeServers: [nodeOf(1).address] } };
  });
  await on('node-2', 'mkdir -p /etc/default; echo DAEMON_OPTS=-x >/etc/default/chrony');
  const changed = changedLines(await clean(file));
  expect(changed.filter((line) => line.includes('chrony'))).toEqual([
    'node-2: file /etc/chrony/sources.d/provision.sources: content',
    'node-2: packages chrony: chrony',
    'node-2: service chrony.service: running',
  ]);
  expect(await on('node-2', `chronyc -c sources | cut -d, -f3 | grep -xF ${nodeOf(1).address}`)).toBe(
    nodeOf(1).address,
  );
  const { stdout } = await json('facts', file);
  figure('what keeps the clocks', stdout.match(/"keepers":\[[^\]]*\]/g));
});

test('a first boot of cloud-init is waited for', async () => {
  await on(
    'node-1',
    `apt-get -qq update; apt-get -qq -y --no-install-recommends install cloud-init >/dev/null
     mkdir -p /var/lib/cloud/seed/nocloud /etc/cloud
     echo 'policy: enabled' >/etc/cloud/ds-identify.cfg
     echo 'datasource_list: [NoCloud]' >/etc/cloud/cloud.cfg.d/99_lab.cfg
     printf 'network: {config: disabled}\\n' >/etc/cloud/cloud.cfg.d/98_lab.cfg
     echo 'instance-id: lab-1' >/var/lib/cloud/seed/nocloud/meta-data
     printf '#cloud-config\\nssh_deletekeys: false\\ndisable_root: false\\nruncmd: [ [ sh, -c, "sleep 25; date >/var/lib/first-boot" ] ]\\n' >/var/lib/cloud/seed/nocloud/user-data`,
  );
  await stop('node-1');
  // Not until it has booted: cloud-init belongs to that.
  await startNode(nodeOf(1), false);
  await eventually(
    'sshd answers',
    60,
    async () => (await exec('node-1', 'systemctl is-active ssh')).code === 0,
  );
  expect((await exec('node-1', 'ls /var/lib/first-boot')).code).not.toBe(0);
  const file = inventory(1);
  const planned = await run(file, 'plan');
  expect(plannedLines(planned)).toContain('node-1: cloud-init first boot: state');
  const begin = Date.now();
  await clean(file);
  figure('cloud-init was waited for, seconds', Math.round((Date.now() - begin) / 1000));
  expect(await on('node-1', 'ls /var/lib/first-boot')).toBe('/var/lib/first-boot');
});
