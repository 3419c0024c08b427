import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/shell/index.ts';
import { type ConnectOptions, connectSsh, type SshTarget } from '../../src/transport/ssh.ts';
import { agentWith, sshAgent, token } from '../transport/agents.ts';
import { up } from './lab.ts';
import { given, type Sshd, sshd } from './sshd.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-certificates-'));
const file = (name: string) => join(folder, name);
const user = 'root';
/** Types of key, and as many bits as they have. */
const TYPES = {
  ed25519: ['ed25519'],
  rsa: ['rsa', '2048'],
  p256: ['ecdsa', '256'],
  p384: ['ecdsa', '384'],
  p521: ['ecdsa', '521'],
};
const kinds = Object.keys(TYPES) as (keyof typeof TYPES)[];

function made(name: string, [type = 'ed25519', bits]: readonly string[] = [], phrase = ''): string {
  const size = bits === undefined ? [] : ['-b', bits];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...size, '-N', phrase, '-C', name, '-f', file(name)]);
  return file(name);
}
/** Has the authority sign a key: ssh-keygen(1) writes the certificate beside it. */
function certified(name: string, ...words: readonly string[]): string {
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    file('ca'),
    '-I',
    `of ${name}`,
    '-n',
    user,
    ...words,
    `${file(name)}.pub`,
  ]);
  return file(name);
}

/** The same key without a certificate beside it, which ssh-add(1) would add as well. */
function bare(name: string): string {
  copyFileSync(file(name), file(`bare-${name}`));
  chmodSync(file(`bare-${name}`), 0o600);
  return file(`bare-${name}`);
}

made('ca');
let trusting = '';

/** Logs in and out, and tells what the server says that it has taken. */
async function enters(server: Sshd, more: Partial<SshTarget>, options: ConnectOptions = {}): Promise<string> {
  const target = { name: 'node-1', address: server.address, port: server.port, user, identities: [] };
  const usual = { knownHosts: [], hostKeyPolicy: 'no', connectTimeout: 20_000 } as const;
  const transport = await connectSsh({ ...target, ...usual, ...more }, options);
  await transport[Symbol.asyncDispose]();
  return /Accepted publickey for \S+ .* ssh2: (\S+)/.exec(await server.log())?.[1] ?? 'nothing';
}

/** What it was offered and did not take, in order. */
const refused = (log: string) =>
  [...log.matchAll(/^Failed publickey .* ssh2: (\S+ \S+)/gm)].map(([, key]) => key);

/** What ssh of this machine offers. */
async function bySsh(
  server: Sshd,
  identities: readonly string[],
  more: readonly string[] = [],
  socket = 'none',
): Promise<readonly (string | undefined)[]> {
  await server.log();
  const options = [
    `IdentityAgent=${socket}`,
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    ...more,
  ];
  const words = [
    ...options.flatMap((option) => ['-o', option]),
    ...identities.flatMap((path) => ['-i', path]),
  ];
  await new Promise((resolve) =>
    execFile(
      'ssh',
      ['-F', '/dev/null', '-p', `${server.port}`, ...words, `${user}@${server.address}`, 'true'],
      resolve,
    ),
  );
  return refused(await server.log());
}

beforeAll(async () => {
  await up({ nodes: 1, fresh: true });
  trusting = `TrustedUserCAKeys ${await given('ca.pub', readFileSync(`${file('ca')}.pub`, 'utf8'))}`;
  for (const kind of kinds) {
    made(kind, TYPES[kind]);
    certified(kind);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('a server that trusts an authority, and knows no key', () => {
  test.each(kinds)('takes the certificate beside a key: %s', async (kind) => {
    await using server = await sshd(trusting);
    expect(await enters(server, { identities: [file(kind)] })).toMatch(/-CERT$/);
  });

  test.each(kinds)('takes the certificate that an agent holds: %s', async (kind) => {
    await using server = await sshd(trusting);
    using _ = sshAgent(file(`agent-${kind}`), file(kind));
    expect(await enters(server, { agent: file(`agent-${kind}`) })).toMatch(/-CERT$/);
  });

  test.each(kinds)('takes a certificate in a file whose key only an agent has: %s', async (kind) => {
    await using server = await sshd(trusting);
    const [alone, socket] = [file(`alone-${kind}`), file(`agent-alone-${kind}`)];
    copyFileSync(`${file(kind)}-cert.pub`, `${alone}-cert.pub`);
    using _ = sshAgent(socket, bare(kind));
    expect(await enters(server, { identities: [alone], agent: socket })).toMatch(/-CERT$/);
  });

  test('takes the certificate of a key with a passphrase', async () => {
    await using server = await sshd(trusting);
    made('locked', ['ed25519'], 'a phrase');
    const passphrases = new Map([[certified('locked'), new Secret('a phrase')]]);
    expect(await enters(server, { identities: [file('locked')] }, { passphrases })).toBe('ED25519-CERT');
  });

  test('takes one that ssh is told of by CertificateFile, which is offered first', async () => {
    await using server = await sshd(trusting, 'MaxAuthTries 1');
    const elsewhere = file('elsewhere.pub');
    copyFileSync(`${file('p256')}-cert.pub`, elsewhere);
    const more = { identities: [file('ed25519'), file('p256')], certificates: [elsewhere] };
    expect(await enters(server, more)).toBe('ECDSA-CERT');
  });

  test('says of an expired one nothing but in its log, and we say it', async () => {
    await using server = await sshd(trusting);
    made('old');
    const more = { identities: [certified('old', '-V', '20260101:20260102')] };
    await expect(enters(server, more)).rejects.toThrow(
      /; the certificate \S+old-cert\.pub expired at 2026-01-/,
    );
    expect(await server.log()).toContain('Certificate invalid: expired');
  });

  test('takes a FIDO token of an agent, and its certificate', async () => {
    const { key, line, signed } = token();
    writeFileSync(file('token.pub'), `${line}\n`);
    const certificate = Buffer.from(
      readFileSync(`${certified('token')}-cert.pub`, 'utf8').split(' ')[1] ?? '',
      'base64',
    );
    using _ = await agentWith(file('tokens'), [key, certificate], signed);
    await using server = await sshd(trusting);
    expect(await enters(server, { agent: file('tokens') })).toBe('ED25519-SK-CERT');
    await using knowing = await sshd(`AuthorizedKeysFile ${await given('token.pub', `${line}\n`)}`);
    expect(await enters(knowing, { agent: file('tokens') })).toBe('ED25519-SK');
  });
});

describe('what is offered is what ssh offers, in its order', () => {
  /** What is offered to a server that takes nothing. */
  async function offered(server: Sshd, more: Partial<SshTarget>) {
    await expect(enters(server, more)).rejects.toMatchObject({ failure: 'auth' });
    return refused(await server.log());
  }

  test('files, an agent, both, and certificates that are named', async () => {
    await using server = await sshd('MaxAuthTries 20');
    const socket = file('agent-order');
    using _ = sshAgent(socket, file('rsa'), file('p256'), file('p384'));
    // From 10.5 on ssh tries what an agent has of certificates first.
    const version = /^OpenSSH_(\d+)\.(\d+)/.exec(spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr);
    const isOurs = Number(version?.[1]) * 100 + Number(version?.[2]) < 1005;
    const sorted = (keys: readonly unknown[]) => (isOurs ? keys : keys.toSorted());
    const files = [file('ed25519'), file('p256'), file('p521')];
    const certificates = [`${file('p384')}-cert.pub`];
    const named = [`CertificateFile=${certificates[0]}`];
    const pairs = [
      [{ identities: files }, () => bySsh(server, files)],
      [{ identities: files, agent: socket }, () => bySsh(server, files, [], socket)],
      [
        { identities: files, identitiesOnly: true, agent: socket },
        () => bySsh(server, files, ['IdentitiesOnly=yes'], socket),
      ],
      [{ identities: [file('p384')], certificates }, () => bySsh(server, [file('p384')], named)],
    ] as const;
    for (const [more, ssh] of pairs) {
      const theirs = await ssh();
      expect(theirs.length).toBeGreaterThan(1);
      expect(sorted(await offered(server, more))).toEqual(sorted(theirs));
    }
  });

  test('as many tries as ssh has are enough', async () => {
    const socket = file('agent-tries');
    using _ = sshAgent(socket, bare('rsa'), bare('p256'));
    // Two of the agent, the key, its certificate.
    const more = { identities: [file('ed25519')], agent: socket };
    await using enough = await sshd(trusting, 'MaxAuthTries 4');
    expect(await enters(enough, more)).toBe('ED25519-CERT');
    expect(await bySsh(enough, more.identities, [], socket)).toHaveLength(3);
    await using few = await sshd(trusting, 'MaxAuthTries 3');
    await expect(enters(few, more)).rejects.toThrow('MaxAuthTries');
    await few.log();
    expect(await bySsh(few, more.identities, [], socket)).toHaveLength(3);
  });
});
