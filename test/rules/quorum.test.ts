import { describe, expect, test } from 'vitest';
import type { Probe } from '../../src/resource/index.ts';
import { allManagersReachable, isBack, survivesWithout } from '../../src/rules/index.ts';

interface Listed {
  readonly id: string;
  readonly state?: 'ready' | 'down' | 'unknown';
  /** Absent: a worker. */
  readonly manager?: 'reachable' | 'unreachable';
}

const up = (id: string): Listed => ({ id, manager: 'reachable' });
const cut = (id: string): Listed => ({ id, state: 'down', manager: 'unreachable' });

/** What the engine lists. */
const printed = (nodes: readonly Listed[]) =>
  JSON.stringify(
    nodes.map(({ id, state = 'ready', manager }) => ({
      ID: id,
      Spec: { Role: manager === undefined ? 'worker' : 'manager', Availability: 'active' },
      Description: { Hostname: `mail-${id}`, Engine: {} },
      Status: { State: state },
      ...(manager === undefined ? {} : { ManagerStatus: { Reachability: manager } }),
    })),
  );

const answer = (probe: Probe<true | string>, nodes: readonly Listed[]) =>
  probe.parse({ code: 0, stdout: `${printed(nodes)}\n`, stderr: '' });

describe('a manager may go away', () => {
  test.each<[string, readonly Listed[]]>([
    ['the only one: there is no majority to keep', [up('1')]],
    ['one of two while both are up', [up('1'), up('2')]],
    ['one of three while all are up', [up('1'), up('2'), up('3')]],
    ['one of five while another is away', [up('1'), up('2'), up('3'), up('4'), cut('5')]],
    ['one that is cut off already: three of four are left', [cut('1'), up('2'), up('3'), up('4')]],
    ['a worker, whatever the managers are', [{ id: '1' }, up('2'), cut('3'), cut('4')]],
    [
      'workers do not count',
      [up('1'), up('2'), up('3'), { id: '4', state: 'down' }, { id: '5', state: 'down' }],
    ],
  ])('%s', (_, nodes) => {
    expect(answer(survivesWithout('1'), nodes)).toBe(true);
  });
});

describe('a manager has to stay', () => {
  test.each<[string, readonly Listed[], string]>([
    [
      'one of two while the other is away',
      [up('1'), cut('2')],
      '0 of 2 managers would be left, a majority is 2',
    ],
    [
      'one of three while another is away',
      [up('1'), up('2'), cut('3')],
      '1 of 3 managers would be left, a majority is 2',
    ],
    [
      'one of four while another is away: two are no majority of four',
      [up('1'), up('2'), up('3'), cut('4')],
      '2 of 4 managers would be left, a majority is 3',
    ],
    [
      'one of five while two are away',
      [up('1'), up('2'), up('3'), cut('4'), cut('5')],
      '2 of 5 managers would be left, a majority is 3',
    ],
    [
      'one of three beside workers: they are no managers',
      [up('1'), up('2'), cut('3'), { id: '4' }, { id: '5' }],
      '1 of 3 managers would be left, a majority is 2',
    ],
  ])('%s', (_, nodes, reason) => {
    expect(answer(survivesWithout('1'), nodes)).toBe(`without this node ${reason}`);
  });
});

describe('a node is back', () => {
  test.each<[string, readonly Listed[], true | string]>([
    ['a manager that is ready and reachable', [up('1'), up('2')], true],
    ['a worker that is ready', [{ id: '1' }, up('2')], true],
    ['one of which no manager knows', [up('2')], 'the managers do not list it'],
    ['a worker that is down', [{ id: '1', state: 'down' }, up('2')], 'the managers do not hear from it'],
    ['a manager that is down', [cut('1'), up('2')], 'the managers do not hear from it'],
    [
      'a manager that is reachable and down',
      [{ ...up('1'), state: 'down' }, up('2')],
      'it is reachable as a manager, and the swarm counts it as down',
    ],
    [
      'a manager that is ready and not reachable',
      [{ ...cut('1'), state: 'ready' }, up('2')],
      'it is not reachable as a manager',
    ],
    [
      'not while a new leader has not heard from others',
      [up('1'), up('2'), { id: '3', state: 'unknown' }, { id: '4', state: 'unknown' }],
      'the leader waits to hear from mail-3, mail-4',
    ],
    ['although another node is down', [up('1'), up('2'), { id: '3', state: 'down' }], true],
  ])('%s', (_, nodes, said) => {
    expect(answer(isBack('1'), nodes)).toBe(said);
  });
});

test('a further manager joins only while all managers are reachable, and those that are not are named', () => {
  expect(answer(allManagersReachable, [up('1'), up('2'), { id: '3', state: 'down' }])).toBe(true);
  expect(answer(allManagersReachable, [up('1'), cut('2'), cut('3')])).toBe(
    'not reachable: mail-2 (2), mail-3 (3)',
  );
});

test('no gate opens where the list of the managers cannot be had, and it says why', () => {
  for (const probe of [survivesWithout('1'), isBack('1'), allManagersReachable]) {
    const said = (stderr: string) => probe.parse({ code: 1, stdout: printed([up('1')]), stderr });
    expect(said('warning\nThe swarm does not have a leader.\n')).toBe(
      "the managers' list cannot be had: The swarm does not have a leader.",
    );
    expect(said('')).toBe("the managers' list cannot be had: exit code 1");
  }
});
