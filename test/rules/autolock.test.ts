import { expect, test } from 'vitest';
import { unlessLocking } from '../../playbooks/autolock.ts';
import { autolockFacts } from '../../src/facts/index.ts';
import { ProbeError, Refusal } from '../../src/resource/index.ts';
import { service } from '../../src/resources/service.ts';

const unit = (active: string, modified: string) => ({
  code: 0,
  stderr: '',
  stdout: `LoadState=loaded\nActiveState=${active}\nUnitFileState=enabled\nNeedDaemonReload=no\nInactiveExitTimestamp=Mon 2026-11-23 10:00:00.000000 UTC\nModified=${modified} /etc/docker/daemon.json\n`,
});

function judged(role: 'manager' | 'worker', locks: boolean | undefined, answer: ReturnType<typeof unit>) {
  const host = {
    name: 'a',
    onHost: (command: string) => `on a: ${command}`,
    facts: { swarm: { membership: { role } }, autolock: undefined },
  };
  const hosts = [host, { name: 'b', facts: { autolock: locks } }, { name: 'silent' }];
  const docker = service({ unit: 'docker.service', configuration: ['/etc/docker/daemon.json'] });
  const [resource = docker] = unlessLocking([docker], host as never, { hosts } as never);
  try {
    const { state } = resource.judge(answer, { paths: new Set() });
    return state;
  } catch (error) {
    if (error instanceof Refusal) return 'refused';
    throw error;
  }
}

const RESTART = unit('active', '1900000000.000000');
test('a manager that its swarm would lock is not restarted; all else goes on', () => {
  expect(judged('manager', true, RESTART)).toBe('refused');
  expect(judged('manager', true, unit('active', '1.000000'))).toBe('observed');
  expect(judged('manager', true, unit('inactive', '1.000000'))).toBe('observed');
  expect(judged('manager', false, RESTART)).toBe('observed');
  expect(judged('manager', undefined, RESTART)).toBe('observed');
  expect(judged('worker', true, RESTART)).toBe('observed');
});

test('only a manager with a quorum can tell whether managers are locked', () => {
  const says = (stdout: string, code = 0) => autolockFacts.parse({ code, stdout, stderr: '' });
  expect([says('autolock true\n'), says('autolock false\n'), says('\n'), says('')]).toEqual([
    true,
    false,
    undefined,
    undefined,
  ]);
  expect(() => says('', 66)).toThrow(ProbeError);
});
