import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { StepFailed } from '../../src/engine/index.ts';
import { sh } from '../../src/shell/index.ts';

/** What apt, dpkg and dnf print, as they did when each was provoked, or as their sources have it. */
const cases = z
  .array(z.strictObject({ of: z.string(), said: z.string(), code: z.string(), shown: z.string() }))
  .parse(parse(readFileSync(new URL('package-words.yaml', import.meta.url), 'utf8')));

test.each(cases.map((one) => [one.of, one] as const))('%s', (_, { said, code, shown }) => {
  const error = new StepFailed(
    { resource: 'packages x', origin: undefined },
    { title: 'install x', script: sh`true` },
    { code: 100, stdout: '', stderr: said },
  );
  const [words] = error.message.split('": ');
  expect({ code: error.code, words, fixes: error.fix.length }).toEqual({
    code,
    words: `install x failed: it said "${shown}`,
    fixes: 1,
  });
});

test('a notice of subscription-manager is no cause where the repositories are there', () => {
  const error = new StepFailed(
    { resource: 'dnf-packages x', origin: undefined },
    { title: 'install x', script: sh`true` },
    {
      code: 1,
      stdout: '',
      stderr: 'This system is not registered with an entitlement server.\nError: something else',
    },
  );
  expect(error.code).toBe('step-failed');
});

test('what decides is quoted up to a length', () => {
  const lines = Array.from({ length: 12 }, (_, index) => ` x${index} : Depends: ${'y'.repeat(60)}`);
  const error = new StepFailed(
    { resource: 'packages x', origin: undefined },
    { title: 'install x', script: sh`true` },
    {
      code: 100,
      stdout: '',
      stderr: ['The following packages have unmet dependencies:', ...lines].join('\n'),
    },
  );
  expect(error.message.length).toBeLessThan(600);
  expect(error.message).toContain('…": ');
});
