import { expect, test } from 'vitest';
import { exitCodeOf, type HostFailure } from '../../src/engine/index.ts';
import { type ExitCode, ProvisionError } from '../../src/errors/index.ts';

const ENDS_WITH = { 2: 'step-failed', 3: 'playbook', 4: 'auth', 5: 'refused' } as const;

const failure = (exit: ExitCode | 'bug'): HostFailure => ({
  host: 'a',
  error:
    exit === 'bug' ? new TypeError('x is undefined') : new ProvisionError('x', { code: ENDS_WITH[exit] }),
});

test.each<[string, readonly (ExitCode | 'bug')[], ExitCode | 1 | undefined]>([
  ['nothing failed: there is no code of a failure', [], undefined],
  ['a bug of ours comes before everything', [3, 4, 2, 5, 'bug'], 1],
  ['what was refused comes before a host that failed', [4, 2, 5, 3], 5],
  ['a host that failed comes before one that was not reached', [4, 2, 3], 2],
  ['a host that was not reached comes before a mistake of the inventory', [3, 4], 4],
  ['a mistake of the inventory alone', [3], 3],
])('%s', (_, failures, code) => {
  expect(exitCodeOf(failures.map(failure))).toBe(code);
  expect(exitCodeOf(failures.toReversed().map(failure))).toBe(code);
});
