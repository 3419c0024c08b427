import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changesOf, converge, countChanges, exitCodeOf, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { raw, type Script, sh } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';
import { type AnyStage, stage } from './stage.ts';
import { starting } from './starting.ts';

const playbook = (...stages: readonly AnyStage[]) => definePlaybook({ name: 'test', stages });

async function run(hosts: Hosts, selected?: readonly string[]) {
  const options = hosts.options(selected);
  await using prepared = await prepare(options);
  return { plan: prepared.plan, outcome: await converge(prepared) };
}

const read = (hosts: Hosts, host: string, name: string) =>
  readFileSync(join(hosts.folder(host), name), 'utf8');

describe('a run', () => {
  /** `second` refuses by what `fact` says of b, once `first` has changed a. Nothing is done on b. */
  const refusing = (fact: string, refuses: (fact: string, a: unknown, other: unknown) => boolean) => {
    const first = definePlaybook({
      name: 'first',
      stages: [stage('one', (host) => (host === 'a' ? [flag({ name: 'x', value: '1' })] : []))],
    });
    const probe = (script: Script) => ({
      script,
      parse: ({ stdout }: { stdout: string }) => stdout.trim(),
    });
    const second = definePlaybook({
      name: 'second',
      facts: { own: probe(sh`cat /host/x 2>/dev/null; true`), other: probe(raw(fact)) },
      inspect: ({ hosts: [a, b] }) =>
        refuses(b?.facts?.other ?? '', a?.facts?.own, a?.facts?.other)
          ? [{ level: 'refuse', code: 'not-now', host: 'b', message: 'x is there', fix: ['take it away'] }]
          : [],
      stages: [stage('one', (host) => (host === 'a' ? [flag({ name: 'z', value: '1' })] : []))],
    });
    return [first, second];
  };

  test('says what to do where a gate stays closed', async () => {
    const gate = (fix?: string[]) => ({
      title: 'it holds',
      on: 'a',
      probe: { script: sh`true`, parse: () => 'not now' },
      patience: 0,
      ...(fix === undefined ? {} : { fix }),
    });
    for (const [fix, told] of [
      [['open it'], ['open it']],
      [undefined, [expect.stringMatching(/^wait until it holds, then run again/)]],
    ] as const) {
      const one = stage('one', (host) => [flag({ name: 'x', value: host })]);
      const hosts = new Hosts(
        ['a'],
        [playbook({ ...one, rolling: { before: () => gate(fix && [...fix]) } })],
      );
      expect((await run(hosts)).outcome.failures).toMatchObject([
        { error: { code: 'gate-closed', fix: told } },
      ]);
    }
  });

  test('asks a playbook again what it refuses when its turn comes', async () => {
    const hosts = new Hosts(
      ['a', 'b'],
      refusing('true', (_, own) => own === '1'),
    );
    mkdirSync(hosts.folder('b'));
    const { plan, outcome } = await run(hosts);
    expect(plan.findings).toEqual([]);
    expect(hosts.changed()).toEqual(['a: flag x: value']);
    expect(outcome.failures).toMatchObject([
      { host: 'b', error: { code: 'not-now', message: 'x is there', fix: ['take it away'] } },
    ]);
    expect(exitCodeOf(outcome.failures)).toBe(5);
    expect((await run(hosts)).plan.findings).toMatchObject([{ code: 'not-now' }]);
  });

  test('refuses by nothing that a host has said while its own change was still coming about', async () => {
    const hosts = new Hosts(
      ['a', 'b'],
      refusing(
        'if [ -e /host/x ]; then if [ -e /host/seen ]; then echo settled; else : >/host/seen; echo still; fi; fi',
        (_, __, said) => said === 'still',
      ),
    );
    mkdirSync(hosts.folder('b'));
    const { outcome } = await run(hosts);
    expect(outcome.failures).toEqual([]);
    expect(hosts.changed()).toEqual(['a: flag x: value', 'a: flag z: value']);
  });

  test('refuses by nothing that was seen before the last change', async () => {
    const hosts = new Hosts(
      ['a', 'b'],
      refusing('cat /host/../a/x 2>/dev/null; true', (other, own) => own === '1' && other !== '1'),
    );
    mkdirSync(hosts.folder('b'));
    const { outcome } = await run(hosts);
    expect(outcome.failures).toEqual([]);
    expect(hosts.changed()).toEqual(['a: flag x: value', 'a: flag z: value']);
  });

  test('asks twice where nothing is to be done; the lock of a run costs one more, and a changing stage two', async () => {
    const hosts = new Hosts(
      ['a', 'b'],
      [playbook(stage('one', (host) => [flag({ name: 'x', value: host })]))],
    );
    mkdirSync(hosts.folder('b'));
    writeFileSync(join(hosts.folder('b'), 'x'), 'b');
    const { outcome } = await run(hosts);
    expect(outcome).toMatchObject({ changes: 1, failures: [] });
    expect([hosts.took('a'), hosts.took('b')]).toEqual([5, 3]);
    await run(hosts);
    expect([hosts.took('a'), hosts.took('b')]).toEqual([2, 2]);
  });

  test('changes nothing to make a plan', async () => {
    const hosts = new Hosts(['a'], [playbook(stage('one', () => [flag({ name: 'x', value: '1' })]))]);
    await using prepared = await prepare(hosts.options());
    expect(countChanges(prepared.plan)).toBe(1);
    expect(existsSync(hosts.folder('a'))).toBe(false);
  });

  test('knows after a stage what could not be told before it', async () => {
    const hosts = new Hosts(
      ['a'],
      [
        playbook(
          stage('one', () => [flag({ name: 'x', value: '1' })]),
          stage('two', () => [flag({ name: 'y', value: '2', needs: 'x' })]),
        ),
      ],
    );
    const { plan, outcome } = await run(hosts);
    expect(plan.stages.map(({ stage: name, exact, items }) => [name, exact, items[0]?.unknown])).toEqual([
      ['one', true, undefined],
      ['two', false, 'x is not there'],
    ]);
    expect(outcome.changes).toBe(2);
    expect(read(hosts, 'a', 'y')).toBe('2');
  });

  test('with a plan that must hold, what becomes known later is refused, and what was shown is done', async () => {
    const hosts = new Hosts(
      ['a', 'b'],
      [
        playbook(
          stage('one', (host) => (host === 'a' ? [flag({ name: 'x', value: '1' })] : [])),
          stage('two', (host) => (host === 'a' ? [flag({ name: 'y', value: '2', needs: 'x' })] : [])),
        ),
      ],
    );
    await using prepared = await prepare(hosts.options());
    const allowed = changesOf(prepared.plan);
    const outcome = await converge(prepared, { ...hosts.options(), allowed });
    expect(hosts.changed()).toEqual(['a: flag x: value']);
    expect(outcome.failures).toMatchObject([
      { host: 'a', error: { code: 'more-than-shown', message: expect.stringContaining('flag y: value') } },
    ]);
    expect(exitCodeOf(outcome.failures)).toBe(5);
    await using again = await prepare(hosts.options());
    expect(await converge(again, { ...hosts.options(), allowed: changesOf(again.plan) })).toMatchObject({
      changes: 1,
      failures: [],
    });
  });

  test('what is still not known when its stage begins is an error', async () => {
    const hosts = new Hosts(
      ['a'],
      [playbook(stage('one', () => [flag({ name: 'y', value: '2', needs: 'x' })]))],
    );
    const { outcome } = await run(hosts);
    expect(outcome.failures[0]?.error).toMatchObject({ code: 'not-observable' });
    expect(exitCodeOf(outcome.failures)).toBe(2);
  });

  test('every command succeeded and it still differs: not converged, with the field', async () => {
    const hosts = new Hosts(
      ['a'],
      [playbook(stage('one', () => [flag({ name: 'x', value: '1', command: 'true' })]))],
    );
    const { outcome } = await run(hosts);
    expect(outcome).toMatchObject({
      changes: 0,
      failures: [{ host: 'a', error: { code: 'not-converged' } }],
    });
    expect(String(outcome.failures[0]?.error)).toContain('value is null, wanted "1"');
  });

  test('a command that fails stops its host at once, the others finish the stage, and nothing after it begins', async () => {
    const hosts = new Hosts(
      ['a', 'b'],
      [
        playbook(
          stage('one', (host) => [
            flag({
              name: 'x',
              value: '1',
              ...(host === 'a' ? { command: 'echo no space left >&2; exit 28' } : {}),
            }),
            flag({ name: 'y', value: '2' }),
          ]),
          stage('two', () => [flag({ name: 'z', value: '3' })]),
        ),
      ],
    );
    const { outcome } = await run(hosts);
    expect(outcome.failures).toMatchObject([
      {
        host: 'a',
        error: { code: 'step-failed', step: 'set x', resource: 'flag x', tail: ['no space left'] },
      },
    ]);
    expect(existsSync(join(hosts.folder('a'), 'y'))).toBe(false);
    expect(hosts.changed()).toEqual(['b: flag x: value', 'b: flag y: value']);
    expect(outcome.hosts).toMatchObject([
      { host: 'a', changed: 0, result: 'failed' },
      { host: 'b', changed: 2, result: 'changed' },
    ]);
  });

  test('a reference is resolved from what another host put out in this run', async () => {
    const hosts = new Hosts(
      ['a', 'b'],
      [
        playbook(
          stage('one', (host) => (host === 'a' ? [flag({ name: 'token', value: 'from a' })] : [])),
          stage('two', (host) =>
            host === 'b' ? [flag({ name: 'copy', value: flag.ref('a', 'token', (output) => output) })] : [],
          ),
        ),
      ],
    );
    const { outcome } = await run(hosts);
    expect(outcome.failures).toEqual([]);
    expect(read(hosts, 'b', 'copy')).toBe('from a');
    expect(await run(hosts)).toMatchObject({ outcome: { changes: 0 } });
  });

  test('an unreachable host is a failure of its own; hosts outside of the selection are looked at, not changed', async () => {
    const hosts = new Hosts(
      ['a', 'b', 'c'],
      [playbook(stage('one', () => [flag({ name: 'x', value: '1' })]))],
      ['c'],
    );
    const { plan, outcome } = await run(hosts, ['a']);
    expect(plan.failures.map(({ host }) => host)).toEqual(['c']);
    expect(outcome.failures).toEqual([]);
    expect(hosts.changed()).toEqual(['a: flag x: value']);
    expect(hosts.took('b')).toBe(3);
  });

  test('where no host is reached each says why, and nothing is refused for what they might hold', async () => {
    const holding = definePlaybook({
      name: 'test',
      stages: [],
      inspect: () => [{ level: 'refuse', code: 'silent-manager', message: 'one may hold it', fix: [] }],
    });
    for (const [unreachable, findings] of [
      [['a', 'b'], []],
      [['b'], ['silent-manager']],
    ] as const) {
      await using prepared = await prepare(new Hosts(['a', 'b'], [holding], unreachable).options());
      expect(prepared.plan.findings.map(({ code }) => code)).toEqual(findings);
      expect(prepared.plan.failures.map(({ host }) => host)).toEqual(unreachable);
    }
  });

  test('another run that holds the lock is named', async () => {
    const hosts = new Hosts(['a'], [playbook(stage('one', () => [flag({ name: 'x', value: '1' })]))]);
    const options = hosts.options();
    await using prepared = await prepare(options);
    await using holder = await options.connect(
      hosts.inventory.hosts[0] as never,
      new AbortController().signal,
    );
    const held = holder.run(
      sh`exec 9>>/run/provision.lock; flock 9; echo somebody since noon >/run/provision.lock
        until [ -e /run/provision.lock.free ]; do sleep 0.1; done`,
    );
    const lock = `${hosts.folder('a')}.lock`;
    while (!existsSync(lock) || !readFileSync(lock, 'utf8').includes('noon'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    const outcome = await converge(prepared);
    expect(outcome.failures).toMatchObject([
      { error: { code: 'lock-held', message: expect.stringContaining('somebody since noon') } },
    ]);
    writeFileSync(`${lock}.free`, '');
    await held;
    expect(await run(hosts)).toMatchObject({ outcome: { changes: 1, failures: [] } });
  });

  test('asked to stop it finishes what runs and begins nothing more', async () => {
    const hosts = new Hosts(
      ['a'],
      [
        playbook(
          stage('one', () => [flag({ name: 'x', value: '1' })]),
          stage('two', () => [flag({ name: 'y', value: '2' })]),
        ),
      ],
    );
    const options = hosts.options();
    const emit = options.emit;
    await using prepared = await prepare({
      ...options,
      emit: (event: Parameters<typeof emit>[0]) => {
        if (event.kind === 'changed') hosts.stop.abort();
        emit(event);
      },
    });
    await expect(converge(prepared)).rejects.toThrow('interrupted');
    expect(hosts.events.at(-1)).toMatchObject({ kind: 'run-finished', changes: 1, interrupted: true });
    expect(hosts.changed()).toEqual(['a: flag x: value']);
  });

  test('a rolling stage takes one host at a time, behind its gate, and stops at the first that fails', async () => {
    const order: string[] = [];
    let asked = 0;
    const rolling: AnyStage = {
      name: 'roll',
      resources: ({ name }) => [
        flag({ name: 'x', value: '1', ...(name === 'c' ? { command: 'exit 1' } : {}) }),
      ],
      rolling: {
        apart: ({ name }) => name === 'a',
        before: ({ name }) => ({
          title: `ready for ${name}`,
          on: 'a',
          patience: 10,
          probe: {
            script: sh`true`,
            parse: () => {
              order.push(name);
              asked += 1;
              return asked > 1 || 'not yet';
            },
          },
        }),
      },
    };
    const hosts = new Hosts(['a', 'b', 'c', 'd'], [playbook(rolling)]);
    const { outcome } = await run(hosts);
    expect(order).toEqual(['b', 'b', 'c']);
    expect(outcome.failures.map(({ host }) => host)).toEqual(['c']);
    expect(hosts.changed()).toEqual(['a: flag x: value', 'b: flag x: value']);
    expect(hosts.events.filter(({ kind }) => kind === 'gate-waiting')).toHaveLength(1);
  });

  test('what goes on by itself after the commands is waited for, and what will not come about is not', async () => {
    const ENDS = { a: 'up', b: 'failed', c: 'starting' } as const;
    const hosts = new Hosts(
      ['a', 'b', 'c'],
      [
        playbook(
          stage('one', (host) => [starting({ end: ENDS[host as 'a'], patience: host === 'c' ? 1 : 20 })]),
          stage('two', () => [flag({ name: 'x', value: '1' })]),
        ),
      ],
    );
    const { outcome } = await run(hosts);
    expect(outcome.failures).toMatchObject([
      { host: 'b', error: { code: 'not-settled', message: 'it crashed', tail: ['out of memory'] } },
      { host: 'c', error: { code: 'not-settled', message: 'it is starting, after 2 s' } },
    ]);
    expect(hosts.changed()).toEqual(['a: starting it: state']);
    expect(hosts.events.filter(({ kind }) => kind === 'settling')).toHaveLength(3);
    // Facts, resources, the lock, apply, look, one more look at what goes on, and one at all that it has changed.
    expect(hosts.took('a')).toBe(7);
  });

  test('a thing that is declared twice on a host is a mistake of the playbook', async () => {
    const twice = () => [flag({ name: 'x', value: '1' })];
    const hosts = new Hosts(['a'], [playbook(stage('one', twice), stage('two', twice))]);
    await expect(prepare(hosts.options())).rejects.toMatchObject({
      exit: 3,
      message: expect.stringContaining('declared twice'),
    });
  });
});
