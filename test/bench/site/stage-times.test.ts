import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { siteReport } from './report.ts';
import { covered, timesOf } from './stage-times.ts';

test.each<[string, readonly (readonly [number, number])[], number]>([
  ['nothing', [], 0],
  [
    'two that overlap',
    [
      [0, 4],
      [2, 6],
    ],
    6,
  ],
  [
    'one within another',
    [
      [0, 10],
      [2, 3],
    ],
    10,
  ],
  [
    'two with time between them, in another order',
    [
      [8, 9],
      [0, 1],
    ],
    2,
  ],
])('time that spans cover together: %s', (_, spans, expected) => {
  expect(covered(spans)).toBe(expected);
});

/** The log of a run of two hosts and two stages. */
function logged(): string {
  const folder = mkdtempSync(join(tmpdir(), 'provision-times-'));
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  const exec = (seconds: number, purpose: string, milliseconds: number) => ({
    at: at(seconds),
    kind: 'exec',
    purpose,
    milliseconds,
  });
  const events = [
    { at: at(0), kind: 'run-started' },
    exec(2, 'facts', 2000),
    exec(3, 'facts', 3000),
    { at: at(5), kind: 'stage-started', playbook: 'base', stage: 'machine' },
    exec(9, 'apply', 4000),
    { at: at(10), kind: 'stage-started', playbook: 'mailu', stage: 'deploy' },
    exec(14, 'observe', 1000),
    { at: at(16), kind: 'ended' },
  ];
  writeFileSync(
    join(folder, '2026-01-01.jsonl'),
    `${events.map((event) => JSON.stringify(event)).join('\n')}\n`,
  );
  return folder;
}

test('the log of a run says where its time went', () => {
  expect(timesOf(logged())).toEqual({
    whole: 16,
    stages: [
      ['base/machine', 5],
      ['mailu/deploy', 6],
    ],
    purposes: { facts: 3, apply: 4, observe: 1 },
    looks: 3,
  });
});

test('the report compares with plain ssh, and lists programs by node', () => {
  const times = timesOf(logged());
  const peer = (name: string, seconds: number) => ({ peer: name, runs: 5, seconds, cpu: 1, nodes: [1, 2] });
  const started = { 'node-1': { docker: 4, gluster: 3 }, 'node-2': { docker: 1, gluster: 2 } };
  const report = siteReport({
    first: times,
    idle: [0.1, 0.2],
    nothing: [peer('provision, a run', 2.6), peer('ssh, all asked once', 2)],
    programs: { plan: started, run: started },
    oneValue: times,
  });
  expect(report).toMatch(/provision, a run +\| +2\.6 \| +1\.30 \|/);
  expect(report).toMatch(/run, node-2 +\| +1 \| +2 \|/);
  expect(report).toContain('Idle, each node takes 10 % / 20 % of a processor.');
  expect(report).toMatch(/mailu\/deploy +\| +6\.0 \|/);
});
