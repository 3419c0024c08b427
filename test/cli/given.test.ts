import { describe, expect, test } from 'vitest';
import { called } from './called.ts';

/** What an action is given for these words, or what is said instead. Nothing is done. */
async function given(...words: readonly string[]): Promise<unknown> {
  let said = '';
  const actions = await called(words, (text) => (said += text)).catch(() => []);
  const options = actions[0]?.given.find((each) => typeof each === 'object' && !Array.isArray(each));
  return options ?? said.split('\n')[0];
}

describe('an option that is given more than once', () => {
  test.each<[readonly string[], object]>([
    [
      ['plan', 'a.yaml', '--limit', 'mail-1', '--limit', '@front,!mail-3'],
      { limit: 'mail-1,@front,!mail-3' },
    ],
    [['a.yaml', '--limit=mail-1', '--limit=mail-2'], { limit: 'mail-1,mail-2' }],
    [['exec', 'a.yaml', '--limit', 'b', '--limit', 'c', '--', 'true'], { limit: 'b,c' }],
    [['facts', 'a.yaml', '--identity', 'one', '--identity', 'two'], { identity: ['one', 'two'] }],
    [['a.yaml', '--playbook', 'one.ts', '--playbook', 'two.ts'], { playbook: ['one.ts', 'two.ts'] }],
    [['a.yaml', '--stage', 'swarm', '--stage', 'storage'], { stage: ['swarm', 'storage'] }],
    [['a.yaml', '-v', '-v', '--yes', '--yes'], { verbose: true, yes: true }],
    [['a.yaml', '--timeout', '60', '--timeout', '60'], { timeout: 60 }],
    [
      ['init', 'a.yaml', '--host', 'a=192.0.2.1', '--host', 'b=192.0.2.2'],
      { host: ['a=192.0.2.1', 'b=192.0.2.2'] },
    ],
  ])('%j: all of it counts', async (words, options) => {
    expect(await given(...words)).toMatchObject(options);
  });

  test.each<[string, readonly string[]]>([
    ['--timeout', ['a.yaml', '--timeout', '60', '--timeout', '90']],
    ['--timeout', ['exec', 'a.yaml', '--timeout=60', '--timeout=90', '--', 'true']],
    ['--user', ['plan', 'a.yaml', '--user', '60', '--user', '90']],
    ['--output', ['plan', 'a.yaml', '--output', 'json', '--output', 'plain']],
    ['--concurrency', ['status', 'a.yaml', '--concurrency', '60', '--concurrency', '90']],
    ['--tail', ['logs', 'a.yaml', 'imap', '--tail', '60', '--tail', '90']],
    ['--domain', ['init', 'a.yaml', '--domain', 'a.example', '--domain', 'b.example']],
  ])('%s: of two values none is dropped without a word (%j)', async (option, words) => {
    expect(await given(...words)).toMatch(
      new RegExp(`^error: ${option} is given twice, with \\S+ and with \\S+; give it once$`),
    );
  });
});

test.each(['', ' '])(
  'a command to run that is empty (%j) is told before anything is connected',
  async (word) => {
    expect(await given('exec', 'a.yaml', '--', word, 'x')).toMatch(/^error: the command is empty/);
  },
);

test.each(['status', 'logs', 'check', 'dns'])(
  '%s changes nothing, and has no option about changes',
  async (verb) => {
    const words = verb === 'logs' ? ['a.yaml', 'imap'] : ['a.yaml'];
    for (const option of ['--limit', '--timeout'])
      expect(await given(verb, ...words, option, '5')).toBe(`error: unknown option '${option}'`);
  },
);
