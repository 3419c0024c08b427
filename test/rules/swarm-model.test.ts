import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/errors/index.ts';
import { decideSwarm, type SwarmDecision } from '../../src/rules/decide-swarm.ts';
import { inspectSwarm } from '../../src/rules/inspect-swarm.ts';
import type { SwarmHost } from '../../src/rules/swarm-host.ts';
import {
  isHidden,
  isUnheard,
  type Modelled,
  mayHold,
  mayLeave,
  mustNotStart,
  type Role,
  STATES,
  seen,
} from './swarm-states.ts';

const ROLES: readonly Role[] = ['manager', 'worker'];
const ALL: readonly Modelled[] = STATES.flatMap((state) => ROLES.map((role) => ({ state, role })));

/** What a decision means, without the objects in it. */
function meaning(decision: SwarmDecision<SwarmHost>): string {
  switch (decision.kind) {
    case 'initialise':
      return `initialise on ${decision.on.name}`;
    case 'refused':
      return `refused: ${decision.findings.map(text).sort().join(' | ')}`;
    default:
      return `${decision.kind} ${decision.clusterId} through ${decision.lead.name}`;
  }
}

const text = ({ code, host, message, fix }: Finding) => [code, host ?? '-', message, ...fix].join('; ');

function* orders<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) yield items;
  else
    for (const [index, item] of items.entries())
      for (const rest of orders(items.toSpliced(index, 1))) yield [item, ...rest];
}

/** A command of a fix that would harm somebody, by the truth about the hosts. */
function harm(finding: Finding, hosts: readonly Modelled[], decision: SwarmDecision<SwarmHost>): string[] {
  const nodes = decision.kind === 'exists' ? decision.nodes : [];
  const managers = nodes.filter(({ manager }) => manager !== undefined);
  return finding.fix.flatMap((line): string[] => {
    if (/force-new-cluster|rm -rf|prune|peer detach/.test(line)) return [line];
    const removed = /node (?:demote|rm --force) (\w+)/.exec(line)?.[1];
    if (removed !== undefined) {
      const entry = nodes.find(({ id }) => id === removed);
      const left = managers.filter(({ id, manager }) => id !== removed && manager?.reachable).length;
      const counted = managers.filter(({ id }) => id !== removed).length;
      // One that is heard is removed only once the command itself has seen it down.
      const waits = line.includes('= down ] && docker node');
      if (entry === undefined || (entry.ready && !waits) || left <= counted / 2) return [line];
      // Another machine is no host's old entry.
      if (removed.startsWith('S') && finding.host !== undefined) return [line];
      // Removed while its host has the state still: it could have come back.
      if (removed.startsWith('S')) return [];
      const state = hosts[Number(removed.slice(1))]?.state;
      return state !== undefined && mayHold(state) ? [line] : [];
    }
    // Of those that leave, none may be the swarm: by the truth about it, not by what a manager lists.
    const leaver = /^mail-(\d)\$ .*swarm leave/.exec(line)?.[1];
    if (leaver !== undefined) {
      const state = hosts[Number(leaver) - 1]?.state;
      return state !== undefined && mayLeave(state) ? [] : [line];
    }
    return /swarm leave/.test(line) ? [line] : [];
  });
}

interface Count {
  states: number;
  readonly wrong: string[];
}

function look(hosts: readonly Modelled[], permuted: readonly (readonly SwarmHost[])[], count: Count): void {
  count.states++;
  const given = seen(hosts);
  const decision = decideSwarm(given);
  const told = `${hosts.map(({ state, role }) => `${state} (${role})`).join(', ')}: ${meaning(decision)}`;
  if (decision.kind === 'initialise') {
    if (hosts.some(({ state }) => (mayHold(state) && !isHidden(state)) || isUnheard(state)))
      count.wrong.push(`second swarm: ${told}`);
    if (decision.on.settings.role !== 'manager') count.wrong.push(`made by a worker: ${told}`);
  }
  if (decision.kind === 'refused' && decision.findings.length === 0) count.wrong.push(`no reason: ${told}`);
  const found = inspectSwarm(given);
  const goesOn = found.every(({ level }) => level !== 'refuse');
  if (goesOn && decision.kind === 'asleep' && given.some(({ facts }) => facts?.swarm.unknown !== undefined))
    count.wrong.push(`asleep, and somebody unknown is started: ${told}`);
  if (goesOn && decision.kind === 'exists' && hosts.some(({ state }) => mustNotStart(state)))
    count.wrong.push(`one that the managers do not list is started: ${told}`);
  for (const finding of found) {
    if (finding.fix.length === 0) count.wrong.push(`no fix: ${told}`);
    for (const line of harm(finding, hosts, decision)) count.wrong.push(`harm by \`${line}\`: ${told}`);
  }
  const findings = found.map(text).sort().join();
  for (const other of permuted) {
    if (meaning(decideSwarm(other)) !== meaning(decision)) count.wrong.push(`by order: ${told}`);
    if (inspectSwarm(other).map(text).sort().join() !== findings)
      count.wrong.push(`findings by order: ${told}`);
  }
}

const figure = (what: string, { states, wrong }: Count) =>
  process.stdout.write(`figure  ${what}: ${states} states, ${wrong.length} wrong\n`);

describe('no second swarm, no harm by a fix, nothing by the order of the file', () => {
  test('all states and roles of three hosts, in all orders', { timeout: 120_000 }, () => {
    const count: Count = { states: 0, wrong: [] };
    for (const a of ALL)
      for (const b of ALL)
        for (const c of ALL) {
          const hosts = [a, b, c];
          const given = seen(hosts);
          // Hosts of one swarm know each other by name: the order in the file is another thing than the names.
          look(hosts, count.states % 7 === 0 ? [...orders(given)] : [given.toReversed()], count);
        }
    figure('swarm, three hosts', count);
    expect(count.wrong.slice(0, 5)).toEqual([]);
  });

  test('all states of five hosts, each set of them once, in some order', { timeout: 300_000 }, () => {
    const count: Count = { states: 0, wrong: [] };
    const roles = (at: number, length: number): Role[] =>
      Array.from({ length }, (_, index) => ((at >> index) & 1 ? 'worker' : 'manager'));
    const sets = function* (from: number, left: number): Generator<number[]> {
      if (left === 0) yield [];
      else
        for (let index = from; index < STATES.length; index++)
          for (const rest of sets(index, left - 1)) yield [index, ...rest];
    };
    let turn = 0;
    for (const set of sets(0, 5)) {
      // Which of them are to be managers goes round: all 32 ways meet every kind of set.
      for (const at of [turn % 32, (turn * 7 + 11) % 32]) {
        const role = roles(at, 5);
        const shift = turn % 5;
        const states = [...set.slice(shift), ...set.slice(0, shift)];
        const hosts = states.map((index, place) => ({
          state: STATES[index] as Modelled['state'],
          role: role[place] as Role,
        }));
        look(hosts, [seen(hosts).toReversed()], count);
      }
      turn++;
    }
    figure('swarm, five hosts', count);
    expect(count.wrong.slice(0, 5)).toEqual([]);
  });
});
