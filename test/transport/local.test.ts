import { expect, test } from 'vitest';
import { raw } from '../../src/shell/index.ts';
import { localTransport } from '../../src/transport/local.ts';
import { withSudo } from '../../src/transport/sudo.ts';
import { transportContract } from './contract.ts';

transportContract({ name: 'local', make: async () => localTransport('here') });
transportContract({
  name: 'local, as root already, with sudo',
  givesStdin: false,
  make: async () => withSudo(localTransport('here'), undefined),
});

test('what a signal ends says so after its own words; what ends by itself says nothing more', async () => {
  const here = localTransport('here');
  expect(await here.run(raw('echo before >&2; kill -KILL $$'))).toEqual({
    code: 128,
    stdout: '',
    stderr: 'before\nkilled by SIGKILL\n',
  });
  expect(await here.run(raw('echo before >&2'))).toEqual({ code: 0, stdout: '', stderr: 'before\n' });
});

test('a script is not begun where it was given up before', async () => {
  const reason = new Error('enough');
  await expect(localTransport('here').run(raw('echo'), { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});
