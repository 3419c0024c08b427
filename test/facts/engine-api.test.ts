import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { observeFrame, readFrame } from '../../src/engine/frame.ts';
import { engine, NO_MANAGER, NOT_RUNNING } from '../../src/facts/index.ts';
import { dockerSecret } from '../../src/index.ts';
import { type Script, sh } from '../../src/shell/index.ts';
import { randomFrom } from '../random.ts';
import { dockerStandIn } from './docker-stand-in.ts';
import { systemctlStandIn } from './systemctl-stand-in.ts';

const NONCE = 'provision-of-a-test';

/** A host with this `docker`, asked by a shell and an awk. */
function hostWith(docker: string, awk = 'mawk', service = 'active') {
  const bin = mkdtempSync(join(tmpdir(), 'provision-engine-'));
  const command = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  command('systemctl', systemctlStandIn({ ActiveState: service }));
  command('sleep', '');
  command('docker', `echo "$1 $2" >>${bin}/asked\n${docker}`);
  if (awk === 'busybox') command('awk', 'exec busybox awk "$@"');
  else symlinkSync(`/usr/bin/${awk}`, join(bin, 'awk'));
  return {
    /** What the fragments of one script are told. */
    ask(fragments: readonly Script[], shell: readonly string[] = ['dash']) {
      const [program = '', ...words] = shell;
      const input = observeFrame(fragments, NONCE).reveal().replace('PATH=', `PATH=${bin}:`);
      const { stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8', maxBuffer: 1 << 26 });
      return readFrame({ code: 0, signal: undefined, stdout, stderr } as never, NONCE, fragments).parts;
    },
    asked: () => readFileSync(join(bin, 'asked'), 'utf8').trim().split('\n'),
  };
}

/** An answer as the engine may send it: in one piece, or in chunks that are cut anywhere. */
function sent(body: string, status: number, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(body);
  const head = `HTTP/1.1 ${status} Any Words\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\n`;
  if (random(3) === 0)
    return Buffer.concat([Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n`), bytes]);
  const pieces: Buffer[] = [Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`)];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(bytes.length - at, 1 + random(random(4) === 0 ? 3000 : 40));
    pieces.push(Buffer.from(`${size.toString(16)}\r\n`), bytes.subarray(at, at + size), Buffer.from('\r\n'));
    at += size;
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}

const PING = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK';
const INFO = "'info '*) echo 'control true' ;;";
/** A docker that sends these bytes, whatever it is asked. */
function sending(bytes: Buffer): string {
  const file = join(mkdtempSync(join(tmpdir(), 'provision-sent-')), 'bytes');
  writeFileSync(file, bytes);
  return `case "$1 $2" in ${INFO} 'system dial-stdio') cat ${file} ;; *) exit 9 ;; esac`;
}

describe.each([
  ['dash', 'mawk', ['dash']],
  ['bash', 'mawk', ['bash']],
  ['busybox', 'busybox', ['busybox', 'sh']],
])('the engine, asked by %s with %s', (_, awk, shell) => {
  test('each question is told its own answer, however the engine cuts what it sends', () => {
    const number = randomFrom(20_261_128);
    const random = (below: number) => Math.floor(number() * below);
    const text = ["it's", '\\', '"', 'ü€😀', '$(id)', '`', '%s', '\t', '&', '}', 'HTTP/1.1 200 OK', '0'];
    const bodies = Array.from({ length: 60 }, (__, index) =>
      JSON.stringify({ index, said: Array.from({ length: random(80) }, () => text[random(text.length)]) }),
    );
    const bytes = Buffer.concat([
      ...bodies.map((body) => sent(random(2) === 0 ? body : `${body}\n`, 200, random)),
      Buffer.from(PING),
    ]);
    const host = hostWith(sending(bytes), awk);
    const told = host.ask(
      bodies.map((___, index) => engine(`/x${index}`)),
      shell,
    );
    expect(told).toEqual(bodies.map((body) => ({ code: 0, stdout: `${body}\n`, stderr: '' })));
    expect(host.asked()).toEqual(['info --format', 'system dial-stdio']);
  });

  test('what it does not answer is told to who asked for it, and the others are told theirs', () => {
    const docker = dockerStandIn({
      api: { '/a': ['a'], '/b': { status: 404, message: 'no such "b"' }, '/d': { status: 204, message: '' } },
    });
    const told = hostWith(docker, awk).ask(
      [
        engine('/a'),
        sh`${engine('/b')} || echo $?`,
        engine('/nodes'),
        sh`${engine('/d')} >/dev/null; echo $?`,
      ],
      shell,
    );
    expect(told).toEqual([
      { code: 0, stdout: '["a"]\n', stderr: '' },
      { code: 0, stdout: '1\n', stderr: 'no such "b"\n' },
      { code: NO_MANAGER, stdout: '', stderr: 'this node is no manager of a swarm\n' },
      { code: 0, stdout: '0\n', stderr: '' },
    ]);
  });

  test.each([
    ['that ends', 'echo Cannot connect >&2; exit 1', { code: 1, stderr: 'Cannot connect\n' }],
    ['whose time is up', 'exit 124', { code: 124, stderr: '' }],
  ])('one %s in the middle has answered what came before, and says why no more', (_end, end, silent) => {
    const random = () => 0;
    const whole = Buffer.concat([sent('["a"]', 200, random), sent('["b"]', 200, random)]);
    for (const cut of [2, 4, 9, 60]) {
      const docker = sending(whole.subarray(0, whole.length - cut)).replace(/cat (\S+)/, `cat $1; ${end}`);
      const told = hostWith(docker, awk).ask([engine('/a'), engine('/b')], shell);
      expect(told).toEqual([
        { code: 0, stdout: '["a"]\n', stderr: silent.stderr },
        { ...silent, stdout: '' },
      ]);
    }
  });
});

describe('the engine', () => {
  test('is asked in one call, however many secrets there are', () => {
    for (const count of [6, 12, 50]) {
      const host = hostWith(dockerStandIn({ info: ['control true'], api: { '/secrets': [] } }));
      host.ask(
        Array.from({ length: count }, (_, i) => dockerSecret({ name: `s${i}`, value: { random: 32 } }).probe),
      );
      expect(host.asked()).toHaveLength(2);
    }
  });

  test('is waited for while the swarm elects its leader, and not for ever', () => {
    const answers = mkdtempSync(join(tmpdir(), 'provision-leader-'));
    const message = JSON.stringify({
      message: 'rpc error: The swarm does not have a leader. It is possible',
    });
    for (const [name, body, status] of [
      ['none', message, 503],
      ['one', '[]', 200],
    ] as const)
      writeFileSync(join(answers, name), Buffer.concat([sent(body, status, () => 0), Buffer.from(PING)]));
    const docker = (after: number) =>
      `case "$1 $2" in ${INFO} 'system dial-stdio') echo . >>${answers}/times; if [ "$(wc -l <${answers}/times)" -gt ${after} ]; then cat ${answers}/one; else cat ${answers}/none; fi ;; esac`;
    expect(hostWith(docker(3)).ask([engine('/nodes')])).toEqual([{ code: 0, stdout: '[]\n', stderr: '' }]);
    writeFileSync(join(answers, 'times'), '');
    expect(hostWith(docker(99)).ask([engine('/nodes')])).toMatchObject([
      { code: 1, stderr: expect.stringContaining('does not have a leader') },
    ]);
    expect(readFileSync(join(answers, 'times'), 'utf8').trim().split('\n')).toHaveLength(8);
  });

  test('a swarm whose managers do not answer each other is not asked again and again', () => {
    const refused = {
      status: 500,
      message: 'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    };
    const api = { '/networks': [], '/nodes': refused, '/services': [{ never: 'seen' }] };
    const host = hostWith(dockerStandIn({ info: ['control true'], api }));
    const silent = { code: 1, stdout: '', stderr: `${refused.message}\n` };
    expect(host.ask([engine('/nodes'), engine('/services'), engine('/networks')])).toEqual([
      silent,
      silent,
      { code: 0, stdout: '[]\n', stderr: '' },
    ]);
    expect(host.asked()).toHaveLength(2);
  });

  test('is not asked where its service does not run', () => {
    const bin = hostWith(`echo "$1 $2" >>/dev/null; exit 9`, 'mawk', 'inactive');
    expect(bin.ask([engine('/version')]).map((part) => part?.code)).toEqual([NOT_RUNNING]);
    expect(() => bin.asked()).toThrow('no such file');
  });

  test('what is in a config stays on the host', () => {
    const configs = [{ ID: 'c', Spec: { Name: 'c', Data: 'c2VjcmV0' } }];
    const told = hostWith(dockerStandIn({ info: ['control true'], api: { '/configs': configs } })).ask([
      engine('/configs'),
    ]);
    expect(told[0]?.stdout).toBe('[{"ID":"c","Spec":{"Name":"c","Data":""}}]\n');
  });

  test('more questions than a pipe holds are refused', () => {
    const many = Array.from({ length: 1000 }, (_, index) => engine(`/${'x'.repeat(30)}${index}`));
    expect(() => observeFrame(many, NONCE)).toThrow('1000 questions to the engine are too many');
  });
});
