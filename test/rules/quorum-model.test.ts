import { expect, test } from 'vitest';
import { majorityWithout, twoManagers } from '../../playbooks/gates.ts';
import type { SwarmNode } from '../../src/facts/index.ts';
import { host, node, says, worker } from './swarm.ts';

const subsets = (count: number) =>
  Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, at) => ((bits >> at) & 1) === 1),
  );

const raw = (nodes: readonly SwarmNode[]) =>
  JSON.stringify(
    nodes.map(({ id, hostname, manager }) => ({
      ID: id,
      Spec: { Role: manager === undefined ? 'worker' : 'manager', Availability: 'active' },
      Description: { Hostname: hostname, Engine: {} },
      Status: { State: 'ready' },
      ...(manager === undefined
        ? {}
        : { ManagerStatus: { Reachability: manager.reachable ? 'reachable' : 'unreachable' } }),
    })),
  );

/** Whether a run that reaches these managers may stop that one, where those are up; `at` beyond them: a worker. */
function mayStop(reached: readonly boolean[], up: readonly boolean[], at: number): boolean {
  const nodes = up.map((reachable, index) =>
    node(`mail-${index + 1}`, `n${index}`, {
      ready: reachable,
      manager: { leader: false, reachable, address: `192.0.2.${index + 1}:2377` },
    }),
  );
  const quorum = up.filter(Boolean).length > up.length / 2;
  const hosts = reached.map((is, index) =>
    host(
      `mail-${index + 1}`,
      'manager',
      !is
        ? undefined
        : !up[index]
          ? says.stopped(`n${index}`)
          : quorum
            ? says.manager(`n${index}`, nodes)
            : says.leaderless(`n${index}`),
    ),
  );
  nodes.push(worker('mail-9', 'w'));
  const one = host('mail-9', 'worker', says.worker('w'));
  const gate = majorityWithout((hosts[at] ?? one) as never, { hosts: [...hosts, one] } as never);
  if (gate === undefined) return true;
  if (gate.patience > 0 && gate.fix === undefined) throw new Error('a closed gate says nothing to do');
  const answer = quorum
    ? { code: 0, stdout: raw(nodes), stderr: '' }
    : { code: 1, stdout: '', stderr: 'no leader' };
  return gate.probe.parse(answer) === true;
}

test.each([2, 3, 4, 5, 6])(
  'of %i managers, whatever is up and whatever a run reaches, none stops one too many',
  (count) => {
    const wrong: string[] = [];
    let states = 0;
    const stops = new Map<string, boolean[][]>();
    for (const up of subsets(count))
      for (const reached of subsets(count))
        for (let at = 0; at < count; at++) {
          if (!reached[at] || !up[at]) continue;
          states++;
          if (!mayStop(reached, up, at)) continue;
          const before = up.filter(Boolean).length;
          // Two of two are the one case: without either there is no majority, and both are up.
          if (count !== 2 && before > count / 2 && before - 1 <= count / 2)
            wrong.push(`${up} reached ${reached}: ${at}`);
          // Two runs that may both stop something hold a host in common, so only one of them is at work.
          if (before > count / 2) stops.set(String(up), [...(stops.get(String(up)) ?? []), [...reached]]);
        }
    const all = Array.from({ length: count }, () => true);
    for (let at = 0; at < count; at++)
      if (!mayStop(all, all, at)) wrong.push(`${at} could never be restarted`);
    for (const up of subsets(count))
      for (const reached of subsets(count)) {
        const seen = reached.some((is, at) => is && up[at]);
        if (seen && up.filter(Boolean).length > count / 2 && !mayStop(reached, up, count))
          wrong.push(`a worker waits for managers: ${up} reached ${reached}`);
      }
    let pairs = 0;
    for (const [up, runs] of stops)
      for (const one of runs)
        for (const other of runs) {
          pairs++;
          if (!one.some((is, index) => is && other[index])) wrong.push(`${up}: ${one} beside ${other}`);
        }
    process.stdout.write(
      `figure  quorum, ${count} managers: ${states} states, ${pairs} pairs of runs, ${wrong.length} wrong\n`,
    );
    expect(wrong.slice(0, 5)).toEqual([]);
  },
);

test('that a swarm of two has no leader while one is restarted is said before; a gate that does not open says what to do', () => {
  const two = [node('mail-1', 'n0'), node('mail-2', 'n1')];
  const hosts = [
    host('mail-1', 'manager', says.manager('n0', two)),
    host('mail-2', 'manager', says.manager('n1', two)),
    host('mail-3', 'manager', says.bare),
  ];
  expect(twoManagers({ hosts } as never)).toMatchObject([{ level: 'warn', code: 'two-managers' }]);
  const three = [...two, node('mail-3', 'n2', { address: '198.51.100.3' })];
  const seen = [host('mail-1', 'manager', says.manager('n0', three)), host('mail-2', 'manager', undefined)];
  expect(twoManagers({ hosts: seen } as never)).toEqual([]);
  const gate = majorityWithout(seen[0] as never, { hosts: seen } as never);
  expect(gate?.patience).toBe(0);
  expect(gate?.fix).toEqual([
    'let this run reach more of them: bring back, or put into the inventory, mail-2 (192.0.2.2), mail-3 (198.51.100.3)',
  ]);
});
