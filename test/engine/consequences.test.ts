import { expect, test } from 'vitest';
import { isConsequence, withoutConsequences } from '../../src/engine/consequences.ts';
import { couldNotLook } from '../../src/engine/could-not-look.ts';
import type { Finding } from '../../src/errors/index.ts';
import { ProbeError } from '../../src/resource/index.ts';

const refused = (code: string, message: string, host?: string): Finding => ({
  level: 'refuse',
  code,
  ...(host === undefined ? {} : { host }),
  message,
  fix: [],
});

/** What systemctl says where systemd is not init (systemctl 252, in a container). */
const WORDS =
  "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n";

const noSystemd = refused('no-systemd', 'systemd does not run this machine', 'a');

test('a host without systemd is told once, and nothing that follows from it', () => {
  const other = refused('no-machine-id', 'it has no machine id', 'a');
  const ofB = refused('swarm-unknown', `not known: ${WORDS}`, 'b');
  expect(
    withoutConsequences([
      noSystemd,
      other,
      refused('swarm-unknown', `whether it is in a swarm is not known: ${WORDS}`, 'a'),
      refused('silent', `no swarm was seen, but a cannot tell: ${WORDS}`),
      ofB,
    ]),
  ).toEqual([noSystemd, other, ofB]);
});

test('an error of a resource that names it is told where nothing else does', () => {
  const [error] = couldNotLook([
    {
      id: 'service chrony.service',
      error: new ProbeError('could not ask systemd', { code: 1, stdout: '', stderr: WORDS }),
    },
  ]);
  expect({ code: error?.code, fix: error?.fix.length }).toEqual({ code: 'no-systemd', fix: 1 });
  expect(isConsequence(error?.message ?? '', 'a', [noSystemd])).toBe(true);
  expect(isConsequence(error?.message ?? '', 'a', [])).toBe(false);
});

test('words that end with a full stop get no second one', () => {
  const unseen = ['x', 'y'].map((id) => ({
    id: `service ${id}`,
    error: new ProbeError(`it did not say. Can't operate.`),
  }));
  expect(couldNotLook(unseen).map(({ message }) => message)).toEqual([
    "service x: it did not say. Can't operate. The same of service y",
  ]);
});

test('a refusal is never dropped for its own words, nor for what is only a warning', () => {
  const own = refused('no-systemd', WORDS, 'a');
  expect(withoutConsequences([own])).toEqual([own]);
  const all = [{ ...noSystemd, level: 'warn' as const }, refused('swarm-unknown', WORDS, 'a')];
  expect(withoutConsequences(all)).toEqual(all);
});
