import { expect, test } from 'vitest';
import { verdictOf } from '../../src/cli/status.ts';
import type { Finding } from '../../src/errors/index.ts';

const finding = (level: Finding['level']): Finding => ({ level, code: 'x', message: 'x', fix: [] });

test.each<[string, readonly Finding[], readonly string[], boolean, number | undefined]>([
  ['all runs', [], [], false, undefined],
  ['a warning', [finding('warn')], [], false, undefined],
  ['a dead service', [finding('warn')], ['imap'], false, 2],
  ['what a run would refuse', [finding('warn'), finding('refuse')], ['imap'], true, 5],
  // The exit code of the host says more, and is given by who asked for it.
  ['a host that was not reached, and what ran there', [], ['imap'], true, undefined],
])('%s', (_what, findings, down, failed, expected) => {
  expect(verdictOf(findings, down, failed)).toBe(expected);
});
