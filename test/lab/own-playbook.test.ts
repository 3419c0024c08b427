import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { changedLines, figure, finished, inventory, json, plannedLines } from './harness.ts';
import { exec, up } from './lab.ts';
import { failures, on } from './steps.ts';

/** The node serves itself an archive. */
const PACKED = 'http://127.0.0.1:8099/own.tar.gz';
const PACK = `command -v busybox >/dev/null || apt-get -q -y install busybox >/dev/null
mkdir -p /srv/own/in/own-1/bin /srv/own/in/own-1/etc && cd /srv/own || exit 1
printf '#!/bin/sh\\n' >in/own-1/bin/run && chmod 0755 in/own-1/bin/run && ln -s run in/own-1/bin/start && echo 'port 1' >in/own-1/etc/own.conf
tar -czf own.tar.gz -C in own-1 && busybox httpd -p 127.0.0.1:8099 -h /srv/own && sha256sum own.tar.gz | cut -c 1-64`;

/** Kinds for playbooks of one's own, which the site does not use. */
const own = (
  { url, sha256 }: { readonly url: string; readonly sha256: string },
  packed: string,
) => `import { archive, command, definePlaybook, download, group, line, reboot, sh, timer } from 'provision-swarm';

export default definePlaybook({
  name: 'own',
  stages: [
    {
      name: 'all',
      resources: () => [
        group({ name: 'backup-readers', id: 5005 }),
        line({ path: '/etc/login.defs', line: 'UMASK 027', match: /^#?\\s*UMASK\\s/ }),
        download({ path: '/opt/hello.deb', url: '${url}', sha256: '${sha256}', group: 'backup-readers', mode: '0640' }),
        archive({ into: '/opt/own', url: '${PACKED}', sha256: '${packed}', strip: 1, group: 'backup-readers', once: ['etc/own.conf'] }),
        timer({ name: 'own-backup', exec: '/bin/echo a backup', at: '*-*-* 03:00', spread: 600 }),
        command({ name: 'make the index', run: sh\`mkdir -p /var/lib/own && date >/var/lib/own/index\`, creates: '/var/lib/own/index' }),
        command({ name: 'let nobody write there', run: sh\`chmod 0700 /var/lib/own\`, unless: sh\`[ "$(stat -c %a /var/lib/own)" = 700 ]\` }),
        command({ name: 'take the old one away', run: sh\`rm /var/lib/own/old\`, onlyIf: sh\`[ -e /var/lib/own/old ]\` }),
      ],
    },
    { name: 'reboot', resources: () => [reboot({})], rolling: {} },
  ],
});
`;

/** What a person does to each, and what the next run changes for that. */
const DRIFTS: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  group: [
    'groupdel backup-readers',
    ['group backup-readers: group', 'download /opt/hello.deb: group', 'archive /opt/own: directory group'],
  ],
  line: ['sed -i "s/^UMASK.*/UMASK 022/" /etc/login.defs', ['line /etc/login.defs UMASK 027: line']],
  'a line beside it': ['echo "UMASK 077" >>/etc/login.defs', ['line /etc/login.defs UMASK 027: line']],
  download: ['echo x >>/opt/hello.deb', ['download /opt/hello.deb: sha256']],
  'mode of what was fetched': ['chmod 0666 /opt/hello.deb', ['download /opt/hello.deb: mode']],
  archive: ['echo x >>/opt/own/bin/run', ['archive /opt/own: files']],
  'a file of what was unpacked': ['rm /opt/own/bin/start', ['archive /opt/own: files']],
  'mode of what was unpacked': ['chmod 0777 /opt/own/bin/run', ['archive /opt/own: files']],
  'all that was unpacked': ['rm -rf /opt/own', ['archive /opt/own: sha256']],
  'what is somebody else’s': ['echo "port 2" >/opt/own/etc/own.conf; touch /opt/own/theirs', []],
  timer: [
    'systemctl disable --now own-backup.timer',
    ['timer own-backup: active', 'timer own-backup: enabled'],
  ],
  'its time': [
    'sed -i s/03:00/04:00/ /etc/systemd/system/own-backup.timer; systemctl daemon-reload',
    ['timer own-backup: timer'],
  ],
  'its service': ['rm /etc/systemd/system/own-backup.service', ['timer own-backup: service']],
  'what a command has made': ['rm /var/lib/own/index', ['command make the index: run']],
  'what a command has set': ['chmod 0755 /var/lib/own', ['command let nobody write there: run']],
  'what a command takes away': ['touch /var/lib/own/old', ['command take the old one away: run']],
};

const site = inventory(1);
const playbook = join(mkdtempSync(join(tmpdir(), 'provision-own-')), 'own.ts');
const run = () => json(site, '--playbook', playbook);
const lines = (all: readonly string[]) => all.map((each) => each.replace(/^node-1: /, '')).toSorted();

beforeAll(async () => {
  await up({ nodes: 1, fresh: true });
  await on('node-1', 'apt-get -q update >/dev/null');
  const printed = await on('node-1', 'cd /tmp && apt-get --print-uris download hello');
  const [, url = '', sha256 = ''] = /'([^']+)' .* SHA256:([0-9a-f]{64})/.exec(printed) ?? [];
  const packed = (await on('node-1', PACK)).split('\n').at(-1) ?? '';
  writeFileSync(playbook, own({ url, sha256 }, packed));
  await on('node-1', 'echo theirs | tee /opt/hello.deb >/etc/systemd/system/own-backup.service');
});

test('all of it comes about on a bare node, and the second run changes nothing', async () => {
  const first = await run();
  expect({ code: first.code, failures: failures(first) }).toEqual({ code: 0, failures: [] });
  expect(finished(await run())?.changes).toBe(0);
  expect(await on('node-1', 'stat -c "%a %G" /opt/hello.deb; stat -c %a /var/lib/own')).toBe(
    '640 backup-readers\n700',
  );
  expect(await on('node-1', 'stat -c "%a %G" /opt/own/bin/run; readlink /opt/own/bin/start')).toBe(
    '755 backup-readers\nrun',
  );
  const copies = '/opt/hello.deb.before-provision /etc/systemd/system/own-backup.service.before-provision';
  expect(await on('node-1', `cat ${copies}`)).toBe('theirs\ntheirs');
  expect(await on('node-1', 'dpkg-deb -f /opt/hello.deb Package')).toBe('hello');
  expect(await on('node-1', 'systemctl list-timers --no-legend own-backup.timer')).toContain(
    'own-backup.service',
  );
  expect(await on('node-1', 'systemctl start own-backup && journalctl -u own-backup -o cat')).toContain(
    'a backup',
  );
});

test.for(Object.entries(DRIFTS))(
  'changed by hand, it is put right, and nothing else: %s',
  async ([name, [drift, expected]]) => {
    await on('node-1', drift);
    expect(lines(plannedLines(await json('plan', site, '--playbook', playbook)))).toEqual(
      expected.toSorted(),
    );
    const ran = await run();
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
    figure(`changed for "${name}"`, lines(changedLines(ran)));
    expect(lines(changedLines(ran))).toEqual(expected.toSorted());
    expect(finished(await run())?.changes).toBe(0);
  },
);

test('a machine that says that it has to be rebooted is one in the plan', async () => {
  await on('node-1', 'touch /run/reboot-required');
  const planned = plannedLines(await json('plan', site, '--playbook', playbook));
  await on('node-1', 'rm /run/reboot-required');
  expect(lines(planned)).toEqual(['reboot machine: reboot']);
  expect(finished(await run())?.changes).toBe(0);
});

test('what cannot be, and what is another than was promised, is said', async () => {
  await on('node-1', 'groupdel backup-readers; groupadd -g 5005 somebody');
  const taken = await run();
  expect(taken.code).toBe(5);
  await on('node-1', 'groupdel somebody');
  expect((await run()).code).toBe(0);
  const wrong = join(mkdtempSync(join(tmpdir(), 'provision-own-')), 'wrong.ts');
  writeFileSync(
    wrong,
    `import { command, definePlaybook, download, sh, timer } from 'provision-swarm';
export default definePlaybook({ name: 'own', stages: [
  { name: 'command', resources: () => [command({ name: 'do nothing', run: sh\`true\`, creates: '/nowhere/x' })] },
] });
`,
  );
  const unproven = await json(site, '--playbook', wrong);
  expect(unproven.code).toBe(2);
  expect(failures(unproven)[0]?.message).toContain('command do nothing');
  writeFileSync(
    wrong,
    `import { definePlaybook, timer } from 'provision-swarm';
export default definePlaybook({ name: 'own', stages: [
  { name: 'timer', resources: () => [timer({ name: 'own-x', exec: '/bin/true', at: 'someday' })] },
] });
`,
  );
  const someday = await json('plan', site, '--playbook', wrong);
  expect(failures(someday)[0]?.message).toContain('someday is no time that systemd knows');
  expect((await exec('node-1', 'ls /etc/systemd/system/own-x.timer')).code).not.toBe(0);
});
