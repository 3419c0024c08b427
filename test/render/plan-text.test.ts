import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Event, Plan, PlanStage } from '../../src/engine/index.ts';
import { StepFailed } from '../../src/engine/index.ts';
import { ProvisionError } from '../../src/errors/index.ts';
import { errorText, jsonRenderer, plainRenderer, planText, styleOf } from '../../src/render/index.ts';
import { secretChange } from '../../src/resource/index.ts';
import { Secret, sh } from '../../src/shell/index.ts';
import { unsaid } from './said.ts';

const plain = styleOf({ isTTY: false, columns: 80 }, {});

const plan: Plan = {
  cluster: 'mail',
  findings: [],
  failures: [],
  hosts: [
    { name: 'mail-1', selected: true },
    { name: 'mail-2', selected: true },
  ],
  stages: [
    {
      playbook: 'docker',
      stage: 'packages',
      host: 'mail-1',
      exact: true,
      rolling: false,
      items: [
        {
          kind: 'packages',
          key: 'docker.io',
          origin: undefined,
          elsewhere: false,
          restarts: [],
          lasting: [],
          unknown: undefined,
          changes: [{ field: 'docker.io', from: null, to: 'installed' }],
        },
        {
          kind: 'file',
          key: '/etc/app',
          origin: undefined,
          elsewhere: false,
          restarts: [],
          lasting: [],
          unknown: undefined,
          changes: [{ field: 'content', from: 'a\nb\nc\n', to: 'a\nB\nc\n' }, secretChange('password')],
        },
        {
          kind: 'file',
          key: '/etc/new',
          origin: undefined,
          elsewhere: false,
          restarts: [],
          lasting: [],
          unknown: undefined,
          changes: [{ field: 'content', from: null, to: 'one\ntwo\n' }],
        },
      ],
    },
    {
      playbook: 'docker',
      stage: 'engine',
      host: 'mail-1',
      exact: false,
      rolling: false,
      items: [
        {
          kind: 'service',
          key: 'docker.service',
          origin: undefined,
          elsewhere: false,
          restarts: [],
          lasting: [],
          changes: [],
          unknown: 'docker.service is not installed',
        },
      ],
    },
  ],
};

test('a plan by stage, with diffs of what changes, sizes of what is new, counts, and what cannot be known yet', () => {
  expect(
    planText(plan, plain),
  ).toBe(`Not known yet: 1 thing, marked with ?, is told once the stages before have run (docker.service is not installed).

docker/packages on mail-1
  + packages docker.io
  + file /etc/new (2 lines)
  ~ file /etc/app
      content:
      @@ -1 +1 @@
       a
      -b
      +B
       c
      password: *** → ***
docker/engine on mail-1, at most
  ? service docker.service (docker.service is not installed)

What is "at most" is known exactly once the stages before it have run.
Plan: 4 changes on 1 host, and 1 thing not known yet.`);
});

test('with --diff new texts are whole', () => {
  expect(planText(plan, plain, { diff: true })).toContain(`  + file /etc/new
      content:
      +one
      +two
`);
});

test('what several hosts have in common is told once, and what differs for each', () => {
  const [stage] = plan.stages as [PlanStage];
  const other = { ...stage, host: 'mail-2', items: stage.items.slice(0, 2) };
  const { stages } = { stages: [stage, other] };
  expect(planText({ ...plan, stages }, plain)).toBe(`docker/packages on all hosts
  + packages docker.io
  ~ file /etc/app
      content:
      @@ -1 +1 @@
       a
      -b
      +B
       c
      password: *** → ***
docker/packages on mail-1
  + file /etc/new (2 lines)

Plan: 7 changes on 2 hosts.`);
});

/**
 * Plans of the lab: of `inventory/lab.yaml` on bare nodes, and usual changes once it runs, as `test/lab/mailu-plan.test.ts` makes them
 * (LAB_PLANS); and one of nodes with a swarm, a volume and a stack that were made by hand.
 */
const RECORDED = {
  first: 100,
  version: 30,
  'host-added': 30,
  certificate: 30,
  label: 30,
  'drifted-file': 30,
  adopted: 150,
} as const;

describe.each(Object.entries(RECORDED))('the recorded plan %s', (name, longest) => {
  const file = new URL(`./plans/${name}.json`, import.meta.url);
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Plan;
  const lines = planText(recorded, styleOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' })).split('\n');

  test(`has at most ${longest} lines`, () => {
    process.stdout.write(
      `figure  lines of the plan ${name}, and with --diff: ${lines.length}, ${planText(recorded, plain, { diff: true }).split('\n').length}\n`,
    );
    expect(lines.length).toBeLessThanOrEqual(longest);
  });

  test('says all that the JSON has, of the host and the stage that it is about', () => {
    expect(unsaid(recorded, lines.join('\n'))).toEqual([]);
  });

  test('is as wide as the terminal', () => {
    const wide = lines.filter(
      (line) => line.length > 80 && line.trim().includes(' ') && !/^ {6}[ +-]/.test(line),
    );
    expect(wide).toEqual([]);
  });
});

test('a reason in a sentence or two is not cut', () => {
  const to =
    'unbound: dnssec-trigger would remove the packages systemd-resolved, libnss-resolve; take them away yourself to have dnssec-trigger';
  const [stage] = plan.stages as [PlanStage];
  const item = {
    ...stage.items[0],
    kind: 'resolver',
    key: 'this',
    changes: [{ field: 'kind', from: null, to }],
  };
  const text = planText({ ...plan, stages: [{ ...stage, items: [item] }] } as Plan, plain);
  expect(text.replace(/\s+/g, ' ')).toContain(to);
});

test('nothing to do is said as such', () => {
  expect(planText({ ...plan, stages: [] }, plain)).toBe('No changes.');
});

test('what --limit leaves out and is wanted is not told as nothing to do', () => {
  const left = { level: 'refuse', code: 'left-out', host: 'mail-2', message: '', fix: [] } as const;
  expect(planText({ ...plan, stages: [], findings: [left] }, plain)).toBe(
    'With this --limit nothing can be changed.',
  );
});

test('where no host could be looked at there is no plan, not one without changes', () => {
  const failures = ['mail-1', 'mail-2'].map((host) => ({ host, error: new Error('no answer') }));
  expect(planText({ ...plan, stages: [], failures }, plain)).toBe(
    'No host could be looked at: there is no plan.',
  );
  expect(planText({ ...plan, stages: [], failures: failures.slice(1) }, plain)).toBe(
    'No changes elsewhere. What mail-2 would need is not known.',
  );
  // A host that was reached fails, too, where one of its resources could not be looked at.
  expect(planText({ ...plan, failures }, plain)).toContain('Plan: 4 changes on 1 host');
});

test('a failed command: what, where, the masked command, its last words', () => {
  const step = { title: 'log in', script: sh`login ${new Secret('hidden')}` };
  const error = new StepFailed({ resource: 'login x', origin: 'mailu.ts:31' }, step, {
    code: 2,
    stdout: '',
    stderr: 'no such user\ntry again\n',
  });
  expect(errorText('mail-1', error, plain)).toEqual([
    'error  mail-1: log in failed with exit code 2',
    '  in: login x (mailu.ts:31)',
    '  command:',
    '    │ login ***',
    '  said:',
    '    │ no such user',
    '    │ try again',
  ]);
});

test('json is an object a line, errors included; plain keeps results from progress', () => {
  const events: readonly Event[] = [
    { kind: 'run-started', cluster: 'mail', hosts: ['mail-1'] },
    { kind: 'planned', plan },
    { kind: 'host-failed', host: 'mail-1', error: new Error('bug') },
    {
      kind: 'run-finished',
      changes: 0,
      hosts: [{ host: 'mail-1', selected: true, changed: 0, result: 'ok' }],
      milliseconds: 61_000,
      interrupted: false,
    },
  ];
  let json = '';
  const { handle } = jsonRenderer((text) => {
    json += text;
  });
  for (const event of events) handle(event);
  const lines = json
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ kind }) => kind)).toEqual(events.map(({ kind }) => kind));
  expect(lines[1]).toMatchObject({ changes: 4, refused: false });
  expect(lines[2]).toMatchObject({ error: { code: 'internal', message: 'bug' } });

  let progress = '';
  let result = '';
  const renderer = plainRenderer(
    (text) => {
      progress += text;
    },
    (text) => {
      result += text;
    },
    plain,
    false,
  );
  for (const event of events) renderer.handle(event);
  expect(result).toBe('mail-1  ok\nNo changes in 1 min 1 s.\n');
  expect(progress).toMatch(/^looking at mail-1\nerror {2}mail-1: bug\n/);
});

test('on a terminal a message is broken between words, and what is to be copied is left whole', () => {
  const narrow = styleOf({ isTTY: true, columns: 40 }, { NO_COLOR: '1' });
  const fix = 'ssh-keygen -R 192.0.2.11 -f /home/anna/.ssh/known_hosts';
  const error = new ProvisionError(
    'its host key changed: the known one is of another machine, or somebody is in between',
    { code: 'host-key-changed', fix: [fix] },
  );
  expect(errorText('mail-1', error, narrow).join('\n').split('\n')).toEqual([
    'error  mail-1: its host key changed:',
    '  the known one is of another machine,',
    '  or somebody is in between',
    `  fix: ${fix}`,
  ]);
});

describe('what stands first', () => {
  const restarting = (host: string, rolling: boolean, pause?: string): PlanStage => ({
    ...(plan.stages[0] as PlanStage),
    host,
    rolling,
    items: [
      {
        kind: 'service',
        key: 'docker.service',
        origin: undefined,
        elsewhere: false,
        changes: [{ field: 'running', from: 'old', to: 'restarted' }],
        restarts: [{ name: 'docker.service', here: true, ...(pause === undefined ? {} : { pause }) }],
        lasting: [],
        unknown: undefined,
      },
    ],
  });
  const head = (...stages: readonly PlanStage[]) => planText({ ...plan, stages }, plain).split('\n')[0];

  test('hosts that have their turn one after the other, and those that go together', () => {
    expect(head(restarting('mail-1', true), restarting('mail-2', true))).toBe(
      'Stops: docker.service on all hosts, one host after the other.',
    );
    expect(head(restarting('mail-1', false), restarting('mail-2', true))).toBe(
      'Stops: docker.service on mail-1; docker.service on mail-2.',
    );
  });

  test('each pause', () => {
    expect(head(restarting('mail-1', true, 'a moment'), restarting('mail-1', false, 'for good'))).toBe(
      'Stops: docker.service on mail-1 (a moment); docker.service on mail-1 (for good).',
    );
  });
});

test('what no run takes back stands first, apart from what may be there already', () => {
  const lasting = ['swarm lab is made'];
  const said = (...items: readonly object[]) => planText(planOf(...items), plain).split('\n');
  expect(said({ lasting })).toContain('Cannot be undone: swarm lab is made.');
  const unknown = said({ lasting, changes: [], unknown: 'Docker is not installed' });
  expect(unknown[0]).toBe('Cannot be undone where it is new: swarm lab is made.');
  expect(unknown.join('\n')).not.toContain('Cannot be undone: ');
});

const planOf = (...items: readonly object[]): Plan => {
  const [stage] = plan.stages as [PlanStage];
  return {
    ...plan,
    stages: [{ ...stage, items: items.map((item) => ({ ...stage.items[0], ...item })) }],
  } as Plan;
};

test('what a host says in a name or a reason makes no line of its own', () => {
  const text = planText(
    planOf({ key: 'a\nNo changes.', unknown: 'so\nPlan: 7 changes', changes: [] }),
    plain,
  );
  expect(text.split('\n').filter((line) => /^(No changes|Plan: 7)/.test(line))).toEqual([]);
});

const manyLines = (of: string) => Array.from({ length: 20_000 }, (_, index) => `${of}${index}\n`).join('');
test.each([
  ['ends of lines', 'a\r\nb\r\n', 'a\nb\n', /only ends of lines/],
  [
    'texts that have nothing in common',
    manyLines('a'),
    manyLines('b'),
    /20000 lines → 20000 lines, all of them other lines/,
  ],
])(
  '%s are told, and at once',
  (_, from, to, words) => {
    expect(planText(planOf({ changes: [{ field: 'content', from, to }] }), plain)).toMatch(words);
  },
  10_000,
);

test('a host that lacks much is told as becoming what others are; what was there and what is its own have values', () => {
  const made = { field: 'made', from: null, to: 'value' };
  const item = (key: string, elsewhere: 'same' | 'other', change: object = made) => ({
    kind: 'thing',
    key,
    elsewhere,
    changes: [change],
  });
  const items = [
    ...Array.from({ length: 8 }, (_, index) => item(`t${index}`, 'same')),
    item('own', 'other'),
    item('was', 'same', { field: 'mode', from: false, to: true }),
    item('goes', 'same', { field: 'line', from: 'somebody', to: null }),
  ];
  expect(planText(planOf(...items), plain)).toBe(`Removes: thing goes on mail-1.

mail-1 gets what other hosts have already, at most
  + thing t0, t1, t2, t3, t4, t5, t6, t7, own (made value), was (mode)
docker/packages on mail-1
  - thing goes: line somebody → absent

Plan: 11 changes on 1 host.`);
});
