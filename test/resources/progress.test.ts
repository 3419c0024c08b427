import { expect, test } from 'vitest';
import type { ServiceInspect } from '../../src/resources/stack/inspected.ts';
import { progressOf, type Task } from '../../src/resources/stack/progress.ts';

const NOW = Date.parse('2026-01-01T00:01:00Z') / 1000;

function service(more: { replicas?: number; state?: string; condition?: string } = {}): ServiceInspect {
  return {
    ID: 's',
    UpdatedAt: '2026-01-01T00:00:00Z',
    Spec: {
      Name: 'mailu_imap',
      Labels: {},
      TaskTemplate: {
        ContainerSpec: { Image: 'i' },
        RestartPolicy: { Condition: more.condition ?? 'any' },
      },
      Mode: more.replicas === 0 ? { Global: {} } : { Replicated: { Replicas: more.replicas ?? 1 } },
    },
    ...(more.state === undefined ? {} : { UpdateStatus: { State: more.state, Message: 'update paused' } }),
  };
}

let count = 0;
function task(state: string, more: Partial<Task> & { err?: string; code?: number; at?: string } = {}): Task {
  const { err, code, at = '2026-01-01T00:00:10Z', ...rest } = more;
  return {
    ID: `t${count++}`,
    ServiceID: 's',
    Slot: 1,
    NodeID: 'n1',
    node: 'mail-1',
    current: true,
    CreatedAt: at,
    DesiredState: ['failed', 'rejected', 'shutdown', 'complete'].includes(state) ? 'shutdown' : 'running',
    Status: {
      Timestamp: at,
      State: state,
      ...(err === undefined ? {} : { Err: err }),
      ...(code === undefined ? {} : { ContainerStatus: { ExitCode: code } }),
    },
    ...rest,
  };
}

test.each([
  ['one that runs', service(), [task('running')], { running: 1, expected: 1, settled: true }],
  [
    'one that has just begun to',
    service(),
    [task('running', { at: '2026-01-01T00:00:58Z' })],
    { running: 1, settled: false },
  ],
  [
    'one that is not healthy yet',
    service(),
    [task('starting')],
    { running: 0, settled: false, text: '0 of 1 running, starting on mail-1' },
  ],
  [
    'one of what the service was before',
    service(),
    [task('running', { current: false })],
    { running: 0, settled: false },
  ],
  [
    'an update of which swarm says that it goes on',
    service({ state: 'updating' }),
    [task('running')],
    { settled: false },
  ],
  [
    'a state left from an earlier update',
    service({ state: 'rollback_completed' }),
    [task('running')],
    { settled: true, failed: undefined },
  ],
  [
    'a port that is taken',
    service(),
    [
      task('pending', {
        NodeID: '',
        node: '',
        err: 'no suitable node (host-mode port already in use on 1 node)',
      }),
    ],
    {
      running: 0,
      text: '0 of 1 running, pending: no suitable node (host-mode port already in use on 1 node)',
    },
  ],
  [
    'one failure, and another try',
    service(),
    [task('failed', { err: 'task: non-zero exit (1)' }), task('starting')],
    { failed: undefined, settled: false },
  ],
  [
    'three failures',
    service(),
    [1, 2, 3].map((second) =>
      task('rejected', { err: `No such image: x ${second}`, at: `2026-01-01T00:00:0${second}Z` }),
    ),
    { failed: 'it failed 3 times: No such image: x 3 on mail-1', settled: false },
  ],
  [
    'failures of what the service was before',
    service(),
    [...[1, 2, 3].map(() => task('failed', { current: false })), task('starting')],
    { failed: undefined },
  ],
  [
    'an update that swarm gave up',
    service({ state: 'paused' }),
    [task('failed', { err: 'task: non-zero exit (3)', code: 3 })],
    { failed: 'its update was given up: task: non-zero exit (3) on mail-1' },
  ],
  [
    'a task that ends when it is done',
    service({ condition: 'none' }),
    [task('complete')],
    { running: 1, settled: true },
  ],
  ['one that ended and should not have', service(), [task('complete')], { running: 0, settled: false }],
  [
    'one on every node',
    service({ replicas: 0 }),
    [task('running', { Slot: 0, NodeID: 'n1' }), task('starting', { Slot: 0, NodeID: 'n2', node: 'mail-2' })],
    { expected: 2, running: 1, text: '1 of 2 running, starting on mail-2' },
  ],
  [
    'one on every node, where no node is fit',
    service({ replicas: 0 }),
    [],
    { expected: 1, running: 0, settled: false },
  ],
] as const)('%s', (_name, about, tasks, expected) => {
  expect(progressOf(about, tasks, NOW)).toMatchObject(expected);
});
