import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/errors/index.ts';
import { inspectMachines } from '../../src/rules/index.ts';
import { inspectSwarm } from '../../src/rules/inspect-swarm.ts';
import { host, machine, node, says } from './swarm.ts';
import { ROOT, type Role, STATES, seen } from './swarm-states.ts';

/** The commands of a fix: what is printed for a host, also where it stands at the end of a sentence. */
const commandsOf = ({ fix }: Finding): readonly string[] =>
  fix.flatMap((line) => /(?:^|: )[a-z]+-\d\$ (.*)$/s.exec(line)?.[1] ?? []);

function* findings(): Generator<Finding> {
  const roles: readonly Role[] = ['manager', 'worker'];
  for (const a of STATES)
    for (const b of STATES)
      for (const c of ['bare', 'silent', 'A manager', 'A worker'] as const)
        for (const role of roles)
          yield* inspectSwarm(
            seen([
              { state: a, role },
              { state: b, role: 'manager' },
              { state: c, role: 'manager' },
            ]),
          );
  const twins = ['mail-1', 'mail-2'].map((name) => ({
    ...host(name, 'manager', says.bare),
    ahead: name === 'mail-1' ? { least: 0, most: 1 } : { least: 900, most: 901 },
    facts: { machine: machine('same', { freeBytes: 0 }) },
  }));
  yield* inspectMachines(twins as never, { freeBytes: 1, clockSkew: 30 });
}

describe('the commands of all fixes', () => {
  const commands = [...new Set([...findings()].flatMap(commandsOf))];

  test('are read by a shell as they are pasted', () => {
    const wrong = commands.filter((text) => spawnSync('dash', ['-n'], { input: text }).status !== 0);
    process.stdout.write(
      `figure  commands of fixes: ${commands.length}, ${wrong.length} that no shell reads\n`,
    );
    expect(wrong).toEqual([]);
    expect(commands.length).toBeGreaterThan(25);
  });

  test('take a directory with a space and a quote in its name for one word', () => {
    // What is written into a file is tried below.
    const named = commands.filter((text) => text.includes('brien') && !text.startsWith('test ! -e '));
    const programs = new Set(named.map((text) => text.split(' ')[0]));
    expect([...programs].sort()).toEqual(['cat', 'findmnt', 'mv']);
    for (const text of named) {
      const stubs = ['cat', 'findmnt', 'ls', 'mv', 'systemctl', 'journalctl', 'tail']
        .map((name) => `${name}() { for word; do printf '%s\\n' "$word"; done; }`)
        .join('\n');
      const { stdout } = spawnSync('dash', ['-c', `${stubs}\n${text}`], { encoding: 'utf8' });
      const words = stdout.split('\n').filter((word) => /brien|disk/.test(word));
      expect(words.length).toBeGreaterThan(0);
      for (const word of words) expect(word).toMatch(new RegExp(`^${ROOT}(/swarm.*)?$`));
    }
  });
});

/** What the first fix writes where there is no daemon.json, by doing it. */
function written(finding: { readonly fix: readonly string[] } | undefined): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'provision-adopt-'));
  const command =
    finding?.fix[0]?.split('If there is no such file yet: ')[1]?.replace(/^.*?\$ /, '') ?? 'false';
  const text = `systemctl() { :; }\n${command.replaceAll('/etc/docker', folder)}`;
  const { status } = spawnSync('dash', ['-c', text]);
  expect(status).toBe(0);
  // Never over what is there.
  expect(spawnSync('dash', ['-c', text]).status).not.toBe(0);
  return JSON.parse(readFileSync(join(folder, 'daemon.json'), 'utf8'));
}

test('a state in another place is used by a setting of that engine, which a run keeps and does not make', () => {
  const [finding] = inspectSwarm(seen([{ state: 'A elsewhere', role: 'manager' }]));
  expect(written(finding)).toEqual({ 'data-root': ROOT });
});

test('a state that was made with user namespaces is used by that setting, not by another data-root', () => {
  const stored = { clusterId: 'c', nodeId: 'n1', role: 'manager' as const };
  const given = (root: string) => {
    const facts = says.facts({ engine: 'stopped', elsewhere: [{ root, ...stored }] });
    return written(inspectSwarm([host('mail-1', 'manager', facts)])[0]);
  };
  expect(given('/var/lib/docker/165536.165536')).toEqual({ 'userns-remap': 'default' });
  expect(given('/srv/docker/165536.165536')).toEqual({
    'data-root': '/srv/docker',
    'userns-remap': 'default',
  });
});

describe('of hosts that may be the swarm, nothing is taken away', () => {
  const fixes = (...hosts: Parameters<typeof host>[]) =>
    inspectSwarm(hosts.map((each) => host(...each))).map(({ code, fix }) => ({ code, fix }));
  const removes = /swarm leave|node rm|node demote/;

  test('one side was forced into a new cluster, the other has no leader while one of it boots', () => {
    const found = fixes(
      ['mail-1', 'manager', says.manager('n1', [node('mail-1', 'n1')])],
      ['mail-2', 'manager', says.leaderless('n2')],
      ['mail-3', 'manager', undefined],
    );
    expect(found.map(({ code }) => code)).toEqual(['managers-disagree']);
    expect(found.flatMap(({ fix }) => fix).filter((line) => removes.test(line))).toEqual([]);
  });

  test('a worker that nobody lists while a host is silent', () => {
    const list = [node('mail-1', 'n1')];
    const facts = ['mail-2', 'worker', says.worker('n2')] as const;
    const found = fixes(
      ['mail-1', 'manager', says.manager('n1', list)],
      [...facts],
      ['mail-3', 'manager', undefined],
    );
    expect(found.map(({ code }) => code)).toEqual(['not-listed']);
    expect(fixes(['mail-1', 'manager', says.manager('n1', list)], [...facts])).toEqual([]);
  });

  test('a stopped engine that shows nothing keeps its entry, and one that is gone for good does not', () => {
    const gone = node('mail-1', 'n1', {
      ready: false,
      manager: { leader: false, reachable: false, address: '192.0.2.1:2377' },
    });
    const list = [gone, node('mail-2', 'n2'), node('mail-3', 'n3')];
    const found = (facts: Parameters<typeof host>[2]) =>
      fixes(
        ['mail-1', 'manager', facts],
        ['mail-2', 'manager', says.manager('n2', list)],
        ['mail-3', 'manager', says.manager('n3', list)],
      );
    for (const facts of [says.facts({ engine: 'stopped' }), says.facts({ engine: 'absent', past: true })]) {
      const [finding] = found(facts);
      expect(finding?.code).toBe('dead-manager');
      expect(finding?.fix.filter((line) => removes.test(line))).toEqual([]);
    }
    for (const facts of [says.bare, says.inactive]) expect(found(facts)[0]?.fix[0]).toMatch(/node demote n1/);
  });

  test("a stranger's manager of the same host name at another address is no old entry", () => {
    const other = { leader: false, reachable: false, address: '192.0.2.99:2377' };
    const list = [
      node('debian', 'n2', {
        address: '192.0.2.2',
        manager: { leader: true, reachable: true, address: '192.0.2.2:2377' },
      }),
      node('debian', 's1', { address: '192.0.2.99', ready: false, manager: other }),
      node('debian', 's2', { address: undefined, ready: false, manager: undefined }),
    ];
    const called = (each: ReturnType<typeof host>) => ({
      ...each,
      facts: each.facts && { ...each.facts, machine: { ...each.facts.machine, hostname: 'debian' } },
    });
    const found = inspectSwarm([
      called(host('mail-1', 'manager', says.bare)),
      called(host('mail-2', 'manager', says.manager('n2', list))),
    ]);
    expect(found.map(({ code, host: at }) => [code, at])).toEqual([
      ['unknown-manager', undefined],
      ['unknown-manager', undefined],
    ]);
  });

  test('a stranger that may be a host which is not reached is looked at only', () => {
    const list = [
      node('mail-1', 'n1'),
      node('other', 's1', {
        address: '10.0.0.9',
        ready: false,
        manager: { leader: false, reachable: false, address: '10.0.0.9:2377' },
      }),
    ];
    const found = fixes(['mail-1', 'manager', says.manager('n1', list)], ['mail-2', 'manager', undefined]);
    expect(found.flatMap(({ fix }) => fix).filter((line) => removes.test(line))).toEqual([]);
  });
});
