import { expect, test } from 'vitest';
import { majorityWithout } from '../../playbooks/gates.ts';
import type { SwarmNode } from '../../src/facts/index.ts';
import { host, node, says } from './swarm.ts';

const subsets = (count: number) =>
  Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, at) => ((bits >> at) & 1) === 1),
  );

const raw = (nodes: readonly SwarmNode[]) =>
  nodes
    .map(({ id, hostname, manager }) =>
      JSON.stringify({
        ID: id,
        Spec: { Role: 'manager', Availability: 'active' },
        Description: { Hostname: hostname, Engine: {} },
        Status: { State: 'ready' },
        ManagerStatus: { Reachability: manager?.reachable ? 'reachable' : 'unreachable' },
      }),
    )
    .join('\n');

/** Whether a run that reaches these managers may stop that one, where those are up. */
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
  const gate = majorityWithout(hosts[at] as never, { hosts } as never);
  if (gate === undefined) return true;
  return gate.probe.parse({ code: 0, stdout: raw(nodes), stderr: '' }) === true;
}

test.each([3, 5])(
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
          if (before > count / 2 && before - 1 <= count / 2) wrong.push(`${up} reached ${reached}: ${at}`);
          // Two runs that may both stop something hold a host in common, so only one of them is at work.
          if (before > count / 2) stops.set(String(up), [...(stops.get(String(up)) ?? []), [...reached]]);
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
