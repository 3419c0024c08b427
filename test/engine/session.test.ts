import { expect, test } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { Session } from '../../src/engine/session.ts';
import { type Script, sh } from '../../src/shell/index.ts';
import { type Expectation, FakeTransport } from '../../src/testing/index.ts';
import type { ScriptResult } from '../../src/transport/transport.ts';

/** A host that answers each script so; `mark` is how it ends a part. */
type Answer = (mark: (name: string | number, code?: number) => string) => Partial<ScriptResult>;

function session(...answers: readonly (Answer | Expectation)[]) {
  const events: Event[] = [];
  const expected = answers.map((answer) =>
    typeof answer !== 'function'
      ? answer
      : {
          script: /./,
          reply: (script: Script) => {
            const [nonce] = /provision-[0-9a-f]{24}/.exec(script.shown) ?? [];
            return answer((name, code = 0) => `\n${nonce} ${name} ${code}\n`);
          },
        },
  );
  const made = new Session(
    'a',
    new FakeTransport(expected),
    {
      emit: (event) => void events.push(event),
      abort: new AbortController().signal,
      patience: { question: 1000, stage: 1000 },
      holder: 'me',
    },
    () => Promise.reject(new Error('no second connection')),
  );
  return { made, events };
}

const two = [sh`one`, sh`two`];

test('an answer is taken apart by its marks, whatever the login has printed before', async () => {
  const { made, events } = session((mark) => ({
    stdout: `Welcome${mark('start')}${mark('run')}first${mark(0)}second${mark(1, 3)}`,
    stderr: `${mark('start')}${mark('run')}${mark(0)}oh${mark(1, 3)}`,
  }));
  expect(await made.ask(two, 'observe')).toEqual([
    { code: 0, stdout: 'first', stderr: '' },
    { code: 3, stdout: 'second', stderr: 'oh' },
  ]);
  expect(made.otherRun).toBeUndefined();
  expect(events).toEqual([{ kind: 'exec', host: 'a', purpose: 'observe', milliseconds: expect.any(Number) }]);
});

test.each<[string, string, number, string]>([
  [
    'with words',
    'warning\nkilled\n',
    137,
    'could not ask the host: the script ended early with exit code 137 (killed)',
  ],
  ['without a word', '', 1, 'could not ask the host: the script ended early with exit code 1'],
])('an answer that ends early %s is told as that', async (_, stderr, code, message) => {
  const { made } = session((mark) => ({
    code,
    stdout: `${mark('start')}${mark('run')}first${mark(0)}`,
    stderr,
  }));
  await expect(made.ask(two, 'observe')).rejects.toMatchObject({ code: 'broken-answer', exit: 2, message });
});

test('the run that holds a host is known after each look, until it holds it no more', async () => {
  const held =
    (by: string): Answer =>
    (mark) => ({
      stdout: `${mark('start')}${by}${mark('run')}${mark(0)}`,
    });
  const { made } = session(held('token1 somebody since noon'), held(''));
  await made.ask([sh`one`], 'observe');
  expect(made.otherRun).toBe('somebody since noon');
  await made.ask([sh`one`], 'observe');
  expect(made.otherRun).toBeUndefined();
});

test('what keeps sessions open is looked for once, at the first contact', async () => {
  const open: Answer = (mark) => ({ stdout: `${mark('start')}${mark('run')}${mark(0)}`, heldOpen: true });
  const { made, events } = session(
    open,
    { script: /fd\/1/, reply: { stdout: '812 ssh-agent\n' } },
    open,
    open,
  );
  for (const purpose of ['facts', 'facts', 'observe'] as const) await made.ask([sh`one`], purpose);
  expect(events.filter(({ kind }) => kind === 'finding')).toMatchObject([
    { finding: { code: 'session-held-open', message: expect.stringContaining('ssh-agent (process 812)') } },
  ]);
});

test('nothing is changed on a host that is not held', async () => {
  const { made, events } = session();
  const step = { title: 'do it', script: sh`true` };
  await expect(made.change([{ resource: 'x', origin: undefined, step }])).rejects.toMatchObject({
    code: 'lock-lost',
  });
  expect(events).toEqual([]);
});

test('the output of a script that is shown comes as it is, with its exit code', async () => {
  const { made } = session({ script: /DOCKER_HOST[\s\S]*tail/, reply: { code: 4, stdout: 'a line\n' } });
  let shown = '';
  const code = await made.show(sh`tail`, (text) => {
    shown += text;
  });
  expect([code, shown]).toEqual([4, 'a line\n']);
});
