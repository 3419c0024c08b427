import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Hold } from '../../src/engine/hold.ts';
import { BEAT, LOOK } from '../../src/engine/hold-frame.ts';
import { converge, prepare, RunLock } from '../../src/engine/index.ts';
import { Interrupted } from '../../src/errors/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { raw } from '../../src/shell/index.ts';
import { localTransport } from '../../src/transport/local.ts';
import { flag } from './flag.ts';
import { Holder, newLock, SHELLS } from './holder.ts';
import { Hosts } from './hosts.ts';

describe.each(SHELLS)('the lock of a host under %s', (_, shell) => {
  test('is held by one, who is told to another at once, and goes with its holder', async () => {
    const lock = newLock();
    const first = new Holder(shell, lock, 'one');
    expect(await first.said()).toBe(0);
    const second = new Holder(shell, lock, 'two');
    expect(await second.said()).toBe(75);
    expect(second.lock?.text).toMatch(/^\d+ run one since \d\d:\d\d:\d\dZ$/);
    second.end();
    first.end();
    expect(await first.ended(2)).toBe(true);
    expect(readFileSync(`${lock}.run`, 'utf8')).toBe('');
    const third = new Holder(shell, lock, 'three');
    expect(await third.said()).toBe(0);
    third.end();
  });

  test('asks what was sent along when it is told to, once', async () => {
    const one = new Holder(shell, newLock(), 'one');
    expect(await one.said()).toBe(0);
    await sleep(100);
    expect(one.seen).toBeUndefined();
    one.tell(BEAT);
    one.tell(LOOK);
    await expect.poll(() => one.seen, { timeout: 10_000 }).toBe('seen\n');
    one.end();
  });

  test('is kept by beats, and lost without them: a run that is suspended or cut off', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(0);
    for (let i = 0; i < 4; i++) {
      await sleep(1000);
      one.tell(BEAT);
    }
    expect(one.child.exitCode).toBeNull();
    // Nothing comes any more, and the connection stands.
    expect(await one.ended(4)).toBe(true);
    const two = new Holder(shell, lock, 'two');
    expect(await two.said()).toBe(0);
    two.end();
  });

  test('is free when its process is killed, whatever that leaves in the file', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(0);
    one.child.kill('SIGKILL');
    expect((await one.ended(2)) || one.child.signalCode !== null).toBe(true);
    one.end();
    let code: number | undefined;
    const start = performance.now();
    while (code !== 0 && performance.now() - start < 5000) {
      const two = new Holder(shell, lock, 'two');
      code = await two.said();
      two.end();
    }
    expect(code).toBe(0);
  });

  test('is free when its process is killed while it looks at something that does not answer', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one', 'sleep 6; echo seen');
    expect(await one.said()).toBe(0);
    one.tell(LOOK);
    await sleep(500);
    one.child.kill('SIGTERM');
    await sleep(100);
    const two = new Holder(shell, lock, 'two');
    expect(await two.said()).toBe(0);
    one.end();
    two.end();
  });

  test('is free when its run ends while it looks at something that does not answer', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one', 'sleep 6; echo seen');
    expect(await one.said()).toBe(0);
    one.tell(LOOK);
    await sleep(500);
    one.end();
    await sleep(200);
    const two = new Holder(shell, lock, 'two');
    expect(await two.said()).toBe(0);
    two.end();
  });

  test('is not given while a script of an earlier run still changes the host', async () => {
    const lock = newLock();
    const script = spawn('sh', [
      '-c',
      `exec 9>>${lock}; flock 9; echo run zero >${lock}; echo has it; read _`,
    ]);
    await once(script.stdout, 'data');
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(76);
    expect(one.lock?.text.trim()).toBe('run zero');
    one.end();
    script.stdin.end('\n');
    await once(script, 'exit');
    const two = new Holder(shell, lock, 'two');
    expect(await two.said()).toBe(0);
    two.end();
  });

  test('is one lock for a machine that has two names in an inventory', async () => {
    const lock = newLock();
    const [a, b] = [new Holder(shell, lock, 'same'), new Holder(shell, lock, 'same')];
    expect([await a.said(), await b.said()]).toEqual([0, 0]);
    a.end();
    b.end();
  });
});

test('a host that is held and does not answer holds up nobody for ever', async () => {
  const lock = newLock();
  const local = localTransport('a');
  const transport: typeof local = {
    ...local,
    run: (script, options) =>
      local.run(
        script.map((text) => text.replaceAll('/run/provision.lock', lock)),
        options,
      ),
  };
  const abort = new AbortController();
  const given = { token: 'one', holder: 'run one', fragments: [raw('sleep 5; echo')], patience: 1500 };
  await using hold = new Hold(transport, { ...given, abort: abort.signal });
  expect(await hold.taken()).toEqual({ kind: 'held' });
  const start = performance.now();
  await expect(hold.look()).rejects.toThrow('no answer within 1.5 s');
  expect(performance.now() - start).toBeLessThan(3000);
  abort.abort();
});

const isHeld = (hosts: Hosts) => hosts.events.some(({ kind }) => kind === 'locked');

describe('runs at once', () => {
  const play = definePlaybook({
    name: 'test',
    stages: [
      {
        name: 'slow',
        resources: ({ name }) => [flag({ name: 'x', value: name, command: 'sleep 2; exit 1' })],
      },
      { name: 'two', resources: () => [flag({ name: 'y', value: '1' })] },
    ],
  });

  test('the second is told by whom, at once, and changes nothing', async () => {
    const hosts = new Hosts(['a', 'b', 'c'], [play]);
    const [first, second] = [hosts.options(), hosts.options()];
    await using one = await prepare(first);
    await using two = await prepare(second);
    const running = converge(one);
    await expect.poll(() => isHeld(hosts), { timeout: 10_000 }).toBe(true);
    const start = performance.now();
    const told = await converge(two);
    expect(told.failures).toMatchObject([{ error: { code: 'lock-held', exit: 2 } }]);
    expect(told.changes).toBe(0);
    expect(String(told.failures[0]?.error)).toMatch(/another run is changing this host: the test since/);
    expect(performance.now() - start).toBeLessThan(2000);
    await running;
  });

  test.each([
    ['between two stages', false],
    ['while a host waits for its turn in a stage', true],
  ])('a host outside the limit that is lost ends the run all the same: %s', async (_, rolling) => {
    const kill = () => `kill $(sed -n 2p ${hosts.folder('c')}.lock.run); sleep 0.3`;
    const first = (host: string) =>
      host === 'a'
        ? [
            flag({
              name: 'x',
              value: '1',
              command: `${kill()}; mkdir -p ${hosts.folder('a')}; printf 1 >${hosts.folder('a')}/x`,
            }),
          ]
        : [];
    const then = () => [flag({ name: 'y', value: '1' })];
    const losing = definePlaybook({
      name: 'losing',
      stages: rolling
        ? [{ name: 'one', resources: ({ name }) => (name === 'a' ? first(name) : then()), rolling: {} }]
        : [
            { name: 'one', resources: ({ name }) => first(name) },
            { name: 'two', resources: then },
          ],
    });
    const hosts = new Hosts(['a', 'b', 'c'], [losing]);
    const options = hosts.options(['a', 'b']);
    await using one = await prepare(options);
    const outcome = await converge(one);
    expect(outcome.failures).toMatchObject([{ host: 'c', error: { code: 'lock-lost', exit: 2 } }]);
    expect(hosts.changed()).toEqual(['a: flag x: value']);
  });

  test('a run that is asked to end while it takes the hosts gives them back', async () => {
    const hosts = new Hosts(['a', 'b'], [play]);
    const options = hosts.options();
    await using one = await prepare(options);
    hosts.stop.abort();
    const taking = RunLock.take(one.run, () => one.run.look([], undefined));
    await expect(taking).rejects.toThrow(Interrupted);
  });

  test('what a plan is shown of a run beside it is a warning', async () => {
    const hosts = new Hosts(['a'], [play]);
    const options = hosts.options();
    await using one = await prepare(options);
    const running = converge(one);
    await expect.poll(() => isHeld(hosts), { timeout: 10_000 }).toBe(true);
    await using plan = await prepare(hosts.options());
    expect(plan.plan.findings).toMatchObject([{ level: 'warn', code: 'other-run' }]);
    await running;
  });
});
