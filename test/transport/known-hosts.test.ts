import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TransportError } from '../../src/errors/index.ts';
import { HostKeyCheck, type HostKeyPolicy } from '../../src/transport/host-key.ts';
import { fingerprint, KnownKeys } from '../../src/transport/known-hosts.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-keys-'));
const keys = new Map<string, { line: string; blob: Buffer; print: string }>();

/** Keys, hashes and fingerprints of the real programs. */
beforeAll(() => {
  for (const [name, type] of [
    ['a', 'ed25519'],
    ['b', 'ed25519'],
    ['r', 'rsa'],
  ] as const) {
    const file = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
    const line = readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const print =
      execFileSync('ssh-keygen', ['-l', '-f', `${file}.pub`])
        .toString()
        .split(' ')[1] ?? '';
    keys.set(name, { line, blob: Buffer.from(line.split(' ')[1] ?? '', 'base64'), print });
  }
});

const key = (name: string) => keys.get(name) as NonNullable<ReturnType<typeof keys.get>>;

describe('known_hosts', () => {
  test('fingerprints are those of ssh-keygen', () => {
    expect(fingerprint(key('a').blob)).toBe(key('a').print);
  });

  test.each([
    ['plain name', 'mail-1', 22, (line: string) => `mail-1 ${line}`, 'known'],
    ['list with a pattern', 'mail-1.example.org', 22, (line: string) => `x,*.example.org ${line}`, 'known'],
    ['negated pattern', 'bad.example.org', 22, (line: string) => `*.example.org,!bad.* ${line}`, 'unknown'],
    ['other port', 'mail-1', 2222, (line: string) => `[mail-1]:2222 ${line}`, 'known'],
    ['port that is not named', 'mail-1', 2222, (line: string) => `mail-1 ${line}`, 'unknown'],
    ['comment', 'mail-1', 22, (line: string) => `#mail-1 ${line}`, 'unknown'],
    ['revoked', 'mail-1', 22, (line: string) => `@revoked * ${line}`, 'revoked'],
    [
      'authority, another port',
      'mail-1',
      2222,
      (line: string) => `@cert-authority mail-1 ${line}`,
      'authority',
    ],
    ['revoked, another port', 'mail-1', 2222, (line: string) => `@revoked mail-1 ${line}`, 'revoked'],
    ['authority', 'mail-1', 22, (line: string) => `@cert-authority * ${line}`, 'authority'],
    [
      'authority of others',
      'mail-1',
      22,
      (line: string) => `@cert-authority *.example.org ${line}`,
      'unknown',
    ],
  ] as const)('%s', (_, address, port, text, kind) => {
    expect(new KnownKeys(text(key('a').line), address, port).judge(key('a').blob).kind).toBe(kind);
  });

  test('names hashed by ssh-keygen -H', () => {
    const file = join(folder, 'hashed');
    writeFileSync(file, `mail-1 ${key('a').line}\n[mail-2]:2222 ${key('b').line}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file]);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('mail-');
    const judged = (address: string, port: number, name: string) =>
      new KnownKeys(text, address, port).judge(key(name).blob).kind;
    expect(judged('mail-1', 22, 'a')).toBe('known');
    expect(judged('mail-2', 2222, 'b')).toBe('known');
    expect(judged('mail-3', 22, 'a')).toBe('unknown');
  });

  test('another key is a change, with what was known; several keys are all known', () => {
    const text = `mail-1 ${key('a').line}\nmail-1 ${key('r').line}\nmail-1 ssh-ed25519 AAA=\nmail-2 ${key('b').line}\n`;
    const keys = new KnownKeys(text, 'mail-1', 22);
    expect(keys.judge(key('r').blob).kind).toBe('known');
    expect(keys.types).toEqual(['ssh-ed25519', 'ssh-rsa']);
    expect(keys.judge(key('b').blob)).toEqual({
      kind: 'changed',
      known: [
        { line: 1, type: 'ssh-ed25519', fingerprint: key('a').print },
        { line: 2, type: 'ssh-rsa', fingerprint: key('r').print },
      ],
      others: [],
    });
  });
});

describe('host key policy', () => {
  const check = (file: string, policy: HostKeyPolicy) =>
    new HostKeyCheck({
      address: '192.0.2.1',
      port: 22,
      login: { user: 'root', address: '192.0.2.1', port: 22 },
      knownHosts: [file],
      policy,
    });

  test('a host that only an authority vouches for is not taken for a new one, and ssh is to write down its key', () => {
    const file = join(folder, 'authority');
    writeFileSync(file, `@cert-authority 192.0.2.* ${key('b').line}\n`);
    for (const policy of ['accept-new', 'yes'] as const)
      expect(() => check(file, policy).verify(key('a').blob)).toThrow(
        expect.objectContaining({
          failure: 'host-key-unknown',
          message: expect.stringContaining(`${file}:1 trusts an authority`),
          fix: [
            `ssh -p 22 root@192.0.2.1 cat /etc/ssh/ssh_host_ed25519_key.pub | sed 's/^/192.0.2.1 /' >>${file}`,
          ],
        }),
      );
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
    writeFileSync(file, `192.0.2.1 ${key('a').line}\n`, { flag: 'a' });
    check(file, 'yes').verify(key('a').blob);
  });

  test('accept-new keeps a new key for the next time, in a file of its own, and refuses another', () => {
    const file = join(folder, 'new', 'known_hosts');
    check(file, 'accept-new').verify(key('a').blob);
    expect(readFileSync(file, 'utf8')).toBe(`192.0.2.1 ${key('a').line}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
    check(file, 'yes').verify(key('a').blob);
    expect(() => check(file, 'accept-new').verify(key('b').blob)).toThrow(
      expect.objectContaining({
        failure: 'host-key-changed',
        exit: 4,
        fix: [`ssh-keygen -R 192.0.2.1 -f ${file}`],
      }),
    );
    check(file, 'no').verify(key('b').blob);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
  });

  test.each([
    ['192.0.2.1', ''],
    ['192.0.2.*', '. Its line is for 192.0.2.* too, and goes as a whole'],
    ['192.0.2.1,mail-1', '. Its line is for mail-1 too, and goes as a whole'],
    ['*,!192.0.2.9', '. Its line is for * too, and goes as a whole'],
  ])(
    'a changed key in a line of %s is forgotten by the fix, and what goes with it is named',
    (names, also) => {
      const known = join(folder, 'shared');
      writeFileSync(known, `other ${key('b').line}\n${names} ${key('a').line}\n`);
      let thrown: unknown;
      try {
        check(known, 'yes').verify(key('b').blob);
      } catch (error) {
        thrown = error;
      }
      const { message, fix } = thrown as TransportError;
      expect(message.slice(message.indexOf('run again') + 'run again'.length)).toBe(also);
      execFileSync('sh', ['-c', fix[0] ?? ''], { stdio: 'ignore' });
      expect(readFileSync(known, 'utf8')).toBe(`other ${key('b').line}\n`);
    },
  );

  test('the fix for a changed key takes a port and a file with a space for what they are', () => {
    const file = join(mkdtempSync(join(folder, 'with a space-')), 'known_hosts');
    writeFileSync(file, `[192.0.2.1]:2222 ${key('a').line}\n192.0.2.1 ${key('a').line}\n`);
    const changed = new HostKeyCheck({
      address: '192.0.2.1',
      port: 2222,
      login: { user: 'root', address: '192.0.2.1', port: 2222 },
      knownHosts: [file],
      policy: 'yes',
    });
    let fix: readonly string[] = [];
    try {
      changed.verify(key('b').blob);
    } catch (error) {
      fix = (error as TransportError).fix;
    }
    // A shell that takes the brackets for a pattern finds this file's name instead.
    const beside = mkdtempSync(join(folder, 'beside-'));
    writeFileSync(join(beside, '1:2222'), '');
    execFileSync('sh', ['-c', fix[0] ?? ''], { cwd: beside, stdio: 'ignore' });
    expect(readFileSync(file, 'utf8')).toBe(`192.0.2.1 ${key('a').line}\n`);
  });

  test('a new key that cannot be written down is refused, and says where', () => {
    // Nobody can make a file there, not even root.
    const file = '/proc/self/known_hosts';
    expect(() => check(file, 'accept-new').verify(key('a').blob)).toThrow(
      expect.objectContaining({
        failure: 'host-key-unknown',
        message: expect.stringMatching(/is new, and cannot be written down in \/proc\/self\/known_hosts \(E/),
        fix: ['name a file that can be written, as `ssh.knownHosts` in the inventory'],
      }),
    );
  });

  test('yes refuses an unknown key', () => {
    expect(() => check(join(folder, 'none'), 'yes').verify(key('a').blob)).toThrow(
      expect.objectContaining({
        failure: 'host-key-unknown',
        exit: 4,
        fix: [`echo '192.0.2.1 ${key('a').line}' >>${join(folder, 'none')}`],
      }),
    );
  });

  test('a revoked key is refused even by no', () => {
    const file = join(folder, 'revoked');
    writeFileSync(file, `@revoked * ${key('a').line}\n`);
    expect(() => check(file, 'no').verify(key('a').blob)).toThrow(
      expect.objectContaining({ failure: 'host-key-revoked' }),
    );
  });
});
