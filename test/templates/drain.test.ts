import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type ExpectStatic, type TestContext, test } from 'vitest';
import { template } from '../../src/template/index.ts';
import { CONTAINER } from './container.ts';

const DRAIN = 6;
const LASTS = 'while :; do sleep 0.1; touch "$0-runs"; done';

/** A front whose programs are what they are called, and a service beside it that messages go to. */
async function bench(shell: readonly string[], finished: TestContext['onTestFinished']) {
  const folder = mkdtempSync(join(tmpdir(), 'drain-'));
  const at = (name: string) => join(folder, name);
  finished(() => rmSync(folder, { recursive: true }));
  const program = (name: string, text: string) =>
    writeFileSync(at(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  writeFileSync(
    at('provision-drain'),
    template(import.meta.url, '../../templates/drain.sh.hbs', { drain: DRAIN }),
  );
  program('auth', LASTS);
  program('dovecot', LASTS);
  // It answers a signal that is ignored where it begins, as nginx does; a shell cannot.
  program(
    'nginx',
    `exec perl -e '$0 = "nginx"; $SIG{QUIT} = sub { open F, ">", "${at('asked')}" }; open F, ">", "${at('nginx-runs')}"; sleep 1 while 1'`,
  );
  program('start.py', `${at('dovecot')} & ${at('auth')} & ${at('nginx')}`);
  symlinkSync('/bin/busybox', at('killall'));
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  finished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const begin = async (what: string, ...args: string[]) => {
    const [unshare = '', ...before] = [
      ...CONTAINER,
      ...shell,
      at('provision-drain'),
      '7',
      String(port),
      '--',
    ];
    const child = spawn(unshare, [...before, what, ...args], {
      env: { ...env, PATH: `${folder}:${env.PATH}` },
    });
    finished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stderr.on('data', (data) => (said += String(data)));
    return { child, code: once(child, 'close').then(([code]) => code as number), said: () => said };
  };
  /** Begins the front, and asks it to end once all its programs run. */
  const ended = async () => {
    const front = await begin(at('start.py'));
    for (
      let tries = 0;
      !['auth', 'dovecot', 'nginx'].every((name) => existsSync(at(`${name}-runs`)));
      tries++
    ) {
      if (tries > 200) throw new Error(`does not begin: ${front.said()}`);
      await sleep(50);
    }
    await sleep(200);
    const { stdout } = spawn('pgrep', ['-P', String(front.child.pid)]);
    const first = Number((await stdout.toArray()).join(''));
    const asked = Date.now();
    process.kill(first, 'SIGTERM');
    const code = await front.code;
    const lasted = (name: string) => statSync(at(`${name}-runs`)).mtimeMs - asked;
    const still = ['dovecot', 'auth'].every((name) => lasted(name) < 1000);
    return { code, seconds: (Date.now() - asked) / 1000, said: front.said(), still };
  };
  return { port, begin, ended, asked: () => existsSync(at('asked')) };
}

const between = (expect: ExpectStatic, value: number, least: number, most: number) => {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThan(most);
};

describe.concurrent.each([
  ['dash', ['dash']],
  ['busybox', ['busybox', 'sh']],
])('under %s', (_name, shell) => {
  test('a front ends after the messages that go through it', async ({ expect, onTestFinished: finished }) => {
    const { port, ended, asked } = await bench(shell, finished);
    const message = connect(port, '127.0.0.1');
    await once(message, 'connect');
    setTimeout(() => message.destroy(), 2000);
    const { code, seconds, said, still } = await ended();
    expect({ code, said, still, asked: asked() }).toEqual({
      code: 143,
      said: '',
      still: true,
      asked: true,
    });
    between(expect, seconds, 1.5, DRAIN);
  });

  test('a message that lasts keeps no front from its end', async ({ expect, onTestFinished: finished }) => {
    const { port, ended } = await bench(shell, finished);
    const message = connect(port, '127.0.0.1');
    await once(message, 'connect');
    finished(() => void message.destroy());
    const { code, seconds, said } = await ended();
    expect({ code, said }).toEqual({
      code: 143,
      said: `drain: messages are still on their way after ${DRAIN} s\n`,
    });
    between(expect, seconds, DRAIN, DRAIN + 4);
  });

  test('without a message it ends soon; a front that ends by itself has its own code', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const { begin, ended } = await bench(shell, finished);
    const { code, seconds } = await ended();
    expect(code).toBe(143);
    between(expect, seconds, 1, DRAIN);
    expect(await (await begin('sh', '-c', 'exit 7')).code).toBe(7);
  });
});
