import { describe, expect, test } from 'vitest';
import { Secret, sh } from '../../src/shell/index.ts';
import { FakeTransport } from '../../src/testing/index.ts';
import { withSudo } from '../../src/transport/sudo.ts';
import type { ScriptOptions } from '../../src/transport/transport.ts';

const PASSWORD = new Secret('open sesame');

/** A host that says `words` with the bootstrap's own nonce, and keeps what it was sent. */
function host(words: readonly string[], sent: string[]) {
  return new FakeTransport([
    {
      script: /become\(\)/,
      reply: (script, options: ScriptOptions) => {
        const nonce = /sudo-[0-9a-f]{24}/.exec(script.shown)?.[0] ?? '';
        for (const word of words) options.onOutput?.('stdout', `${nonce} ${word}\n`);
        void (async () => {
          for await (const text of options.stdin ?? []) sent.push(text);
        })();
        return { stdout: 'done\n' };
      },
    },
  ]);
}

describe('sudo', () => {
  test('sends the password where it is asked for, and nothing of the dialogue to the caller', async () => {
    const sent: string[] = [];
    let seen = '';
    await using transport = withSudo(host(['password'], sent), PASSWORD);
    const result = await transport.run(sh`true`, {
      onOutput: (_, text) => {
        seen += text;
      },
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(result.stdout).toBe('done\n');
    expect(seen).toBe('done\n');
    expect(sent).toEqual(['open sesame\n']);
  });

  test('never sends the password where it is not asked for', async () => {
    const sent: string[] = [];
    await using transport = withSudo(host([], sent), PASSWORD);
    await transport.run(sh`true`);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
  });

  test.each([
    [['absent'], PASSWORD, 'sudo-refused'],
    [['password', 'refused'], PASSWORD, 'sudo-refused'],
    [['password'], undefined, 'sudo-password-missing'],
  ])('%j is an error of its own', async (words, password, failure) => {
    await using transport = withSudo(host(words, []), password);
    await expect(transport.run(sh`true`)).rejects.toMatchObject({ failure, exit: 2 });
  });

  test('the script stays masked inside of the bootstrap', async () => {
    const fake = new FakeTransport([
      {
        script: /echo \*\*\*/,
        reply: (script) => ({ stdout: script.shown.includes('hidden') ? 'leak' : 'masked' }),
      },
    ]);
    await using transport = withSudo(fake, undefined);
    expect((await transport.run(sh`echo ${new Secret('hidden')}`)).stdout).toBe('masked');
  });
});
