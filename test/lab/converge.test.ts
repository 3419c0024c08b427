import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  changedLines,
  counted,
  exactLines,
  figure,
  finished,
  inventory,
  json,
  NODES,
  nodeList,
  plannedLines,
  provision,
  unknownLines,
} from './harness.ts';
import { up } from './lab.ts';
import { sudoPassword, watchArguments } from './watch.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

describe('three bare machines', () => {
  let file = '';
  beforeAll(async () => {
    await up({ nodes: 3, fresh: true, internet: true });
    file = inventory(3, (tree) => {
      tree.swarm = { networks: { mail: { subnet: '10.202.0.0/24', attachable: true } } };
      tree.storage = { kind: 'glusterfs', replica: 3 };
      tree.resolver = { kind: 'dnssec-trigger', network: 'mail' };
    });
  });

  test('become a swarm with storage and a resolver, by what the plan said; the second run changes nothing, in two execs a host', async () => {
    const planned = await json('plan', file, '--detailed-exitcode');
    expect(planned.code).toBe(10);

    const watches = NODES.map((node) => watchArguments(node, ['SWMTKN-1-', sudoPassword()]));
    const ran = await json(file);
    expect(ran.code).toBe(0);
    const seen = await Promise.all(watches.map((watch) => watch()));
    expect(seen.map(({ found }) => found)).toEqual([0, 0, 0]);
    figure('secrets in arguments of processes, and looks at all of them', seen);
    const known = plannedLines(planned);
    const unknown = unknownLines(planned);
    const changed = changedLines(ran);
    expect(changed).toEqual(expect.arrayContaining([...exactLines(planned)]));
    const beyond = changed.filter((line) => !known.includes(line));
    expect(beyond.filter((line) => !unknown.some((resource) => line.startsWith(`${resource}: `)))).toEqual(
      [],
    );
    figure('bare nodes: lines planned, not known yet, changed', [
      known.length,
      unknown.length,
      changed.length,
    ]);
    expect(await nodeList('node-1')).toEqual([
      expect.stringMatching(/^node-1 Ready Active (Leader|Reachable)$/),
      expect.stringMatching(/^node-2 Ready Active (Leader|Reachable)$/),
      expect.stringMatching(/^node-3 Ready Active (Leader|Reachable)$/),
    ]);

    const { result: again, counts } = await counted(NODES, () => json(file, '--detailed-exitcode'));
    expect(again.code).toBe(0);
    expect(finished(again)?.changes).toBe(0);
    expect(plannedLines(again)).toEqual([]);
    expect(counts).toEqual(Object.fromEntries(NODES.map((node) => [node, { connections: 1, execs: 2 }])));
    figure('no-op run, counted at sshd', counts);

    const text = await provision(file);
    expect(text.stdout).toMatch(/^No changes/m);
    expect(text.code).toBe(0);
    expect((await json('plan', file, '--detailed-exitcode')).code).toBe(0);
    expect((await provision(file, '--limit', 'node-2')).code).toBe(0);
  });

  test.each([10, 500])('two execs on one connection with %i resources', async (count) => {
    const playbook = fixture(`many-${count}.ts`);
    const first = await json(file, '--playbook', playbook);
    expect(first.code).toBe(0);
    expect(finished(first)?.changes).toBe(count * 3);
    for (const args of [[file], ['plan', file]]) {
      const { result, counts } = await counted(NODES, () => json(...args, '--playbook', playbook));
      expect(result.code).toBe(0);
      expect(plannedLines(result)).toEqual([]);
      expect(counts).toEqual(Object.fromEntries(NODES.map((node) => [node, { connections: 1, execs: 2 }])));
      figure(
        `${args.length === 1 ? 'no-op run' : 'plan'} with ${count} resources, counted at sshd`,
        counts['node-3'],
      );
    }
  });
});
