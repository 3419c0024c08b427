import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { figure, NODES, provisionIn, type Tree } from './harness.ts';
import { exec } from './lab.ts';
import { bareMailNodes, mailInventory, mailPassword } from './mail.ts';
import { seenOn } from './seen.ts';
import { paths } from './state.ts';
import { on } from './steps.ts';
import { onTerminal } from './terminal.ts';
import { sudoPassword, watchArguments } from './watch.ts';

const canary = () => `canary-${randomBytes(12).toString('hex')}`;
const LOGIN = canary();
const RELAY = canary();
const PHRASE = canary();
const PROMPTED = canary();
const COMMANDED = canary();
const PORT = 2222;

/** A line in the middle of the certificate's key. */
const keyLine = () => readFileSync(paths.certificateKey, 'utf8').split('\n')[3] ?? '';

/** The lab's key again, under a passphrase. */
function lockedKey(file: string): string {
  writeFileSync(file, readFileSync(paths.identity), { mode: 0o600 });
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', PHRASE, '-f', file], { stdio: 'ignore' });
  return file;
}

/** Secrets of every source there is: variable, file, command, age file, prompt; and a key's passphrase. */
function site(folder: string): string {
  const stranger = join(folder, 'stranger');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
  const commanded = join(folder, 'commanded');
  writeFileSync(commanded, `${COMMANDED}\n`, { mode: 0o600 });
  return mailInventory((mailu, tree) => {
    const hosts = tree.hosts as Record<string, Tree>;
    const known = join(folder, 'known_hosts');
    hosts['node-1'] = {
      ...hosts['node-1'],
      ssh: { user: 'root', port: PORT, password: 'login', identity: stranger, knownHosts: known },
    };
    hosts['node-2'] = {
      ...hosts['node-2'],
      ssh: { ...(hosts['node-2']?.ssh as Tree), identity: lockedKey(join(folder, 'locked')) },
    };
    tree.age = { file: join(folder, 'secrets.age'), identity: join(folder, 'age.txt') };
    tree.secrets = {
      ...(tree.secrets as Tree),
      login: { env: 'CANARY_LOGIN' },
      relay: { age: 'relay' },
      key: { command: `cat ${commanded}` },
      roundcube: { prompt: 'Password of the database' },
      postmaster: { env: 'CANARY_ADMIN' },
    };
    mailu.relay = { host: '[172.31.77.200]:25', user: 'somebody', password: 'relay' };
    mailu.secretKey = 'key';
    mailu.webmail = 'roundcube';
    mailu.webmailDatabase = {
      kind: 'postgresql',
      server: '172.31.77.200',
      password: 'roundcube',
    };
  });
}

/** As a person does it: the editor is opened on the decrypted text, and what is written there is encrypted. */
async function editSecrets(folder: string, inventory: string): Promise<void> {
  const plain = join(folder, 'plain');
  writeFileSync(plain, `relay: ${RELAY}\n`, { mode: 0o600 });
  const { code, stderr } = await provisionIn({ VISUAL: `cp ${plain}` }, 'secrets', 'edit', inventory);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Made a key for you') });
  rmSync(plain);
  for (const name of ['secrets.age', 'age.txt'])
    expect({ name, mode: statSync(join(folder, name)).mode & 0o777 }).toEqual({ name, mode: 0o600 });
  expect(readFileSync(join(folder, 'secrets.age'), 'utf8')).not.toContain(RELAY);
}

test('a canary in every secret: in no argument, output, log, journal, or file that others can read', async () => {
  await bareMailNodes();
  await exec('node-1', 'cat >/run/login; chpasswd </run/login; rm /run/login', `root:${LOGIN}\n`);
  await on(
    'node-1',
    `/usr/sbin/sshd -p ${PORT} -o PasswordAuthentication=yes -o PermitRootLogin=yes -o KbdInteractiveAuthentication=no -o PidFile=none`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'provision-canary-'));
  const file = site(folder);
  await editSecrets(folder, file);
  const values = [LOGIN, RELAY, PHRASE, PROMPTED, COMMANDED, mailPassword(), sudoPassword(), keyLine()];
  expect(new Set(values).size).toBe(8);
  for (const value of values) expect(value.length).toBeGreaterThan(15);

  const state = join(folder, 'state');
  const env = { CANARY_LOGIN: LOGIN, CANARY_ADMIN: mailPassword(), XDG_STATE_HOME: state, SSH_AUTH_SOCK: '' };
  const locked = { 'Passphrase of': PHRASE };
  const all = { ...locked, 'Password of the database': PROMPTED };
  const watches = await Promise.all(NODES.map((node) => watchArguments(node, [...values, 'SWMTKN-1-'])));
  const outputs: string[] = [];
  // Those that need logins only ask for nothing else: a question without its answer here would wait for ever.
  for (const [answers, ...args] of [
    [all, 'plan', file, '-v'],
    [all, file, '--yes', '-v'],
    [all, file, '-v', '--output', 'plain'],
    [all, file, '--output', 'json'],
    [locked, 'facts', file],
    [locked, 'status', file],
    [all, 'check', file],
  ] as const) {
    const { code, shown } = await onTerminal(env, answers, ...args);
    outputs.push(shown);
    expect({ args, code, said: code === 0 ? '' : shown }).toEqual({ args, code: 0, said: '' });
  }
  const seen = await Promise.all(watches.map((stop) => stop()));
  figure('a canary in every secret: looks at the arguments of all processes, found', [
    seen.reduce((sum, { looks }) => sum + looks, 0),
    seen.reduce((sum, { found }) => sum + found, 0),
  ]);
  for (const { looks, found } of seen)
    expect({ enough: looks > 200, found }).toEqual({ enough: true, found: 0 });

  for (const value of values) expect(outputs.join('\n')).not.toContain(value);
  const logs = readdirSync(join(state, 'provision', 'lab')).map((name) =>
    join(state, 'provision', 'lab', name),
  );
  expect(logs.length).toBeGreaterThan(1);
  for (const log of logs) {
    expect(statSync(log).mode & 0o777).toBe(0o600);
    const text = readFileSync(log, 'utf8');
    for (const value of values) expect(text).not.toContain(value);
  }
  for (const node of NODES)
    expect({ node, ...(await seenOn(node, values)) }).toEqual({ node, files: '', told: '0' });
  figure('values, bytes of output and of logs that were searched', [
    values.length,
    outputs.join('').length,
    logs.reduce((sum, log) => sum + statSync(log).size, 0),
  ]);
});
