import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dialogue } from '../../src/outside/dialogue.ts';
import { imapCommands, quoted } from '../../src/outside/imap.ts';
import { type Dial, dialTo } from '../../src/outside/index.ts';
import { handOver } from '../../src/outside/smtp.ts';
import { STRANGER } from './addresses.ts';
import { inventory, type Tree } from './harness.ts';
import { exec, up } from './lab.ts';
import { nodeNamed } from './node.ts';
import { REGISTRY } from './registry.ts';
import { paths } from './state.ts';

export const DOMAIN = 'example.org';
export const POSTMASTER = `postmaster@${DOMAIN}`;
export const mailPassword = () => readFileSync(paths.mailPassword, 'utf8').trim();
export const front = (node: string) => dialTo(nodeNamed(node).address);

const MAIL_NODES = { fresh: true, internet: true, registry: true } as const;

/** Bare nodes that know the lab's Internet and its registry. */
export const bareMailNodes = (nodes = 3) => up({ nodes, ...MAIL_NODES });

/** Such nodes, on which somebody has installed Docker: where its installation is not what a test is about. */
export const mailNodes = (nodes = 3) => up({ nodes, ...MAIL_NODES, docker: true });

/** Puts the site with a mail stack into an inventory. */
export function withMailu(tree: Tree, change: (mailu: Tree) => void = () => undefined): void {
  tree.docker = {
    settings: {
      'log-driver': 'json-file',
      'log-opts': { 'max-size': '10m', 'max-file': '3' },
      'insecure-registries': [REGISTRY],
    },
  };
  tree.storage = { kind: 'glusterfs', replica: 3 };
  tree.resolver = { kind: 'dnssec-trigger' };
  tree.secrets = {
    ...(tree.secrets as Tree),
    certificate: { file: paths.certificate },
    'certificate-key': { file: paths.certificateKey },
    postmaster: { file: paths.mailPassword },
  };
  const mailu: Tree = {
    domain: DOMAIN,
    hostnames: [`mail.${DOMAIN}`],
    registry: `${REGISTRY}/mailu`,
    images: {
      redis: `${REGISTRY}/redis:alpine`,
      antivirus: `${REGISTRY}/clamav/clamav-debian:1.4`,
      tika: `${REGISTRY}/apache/tika:latest-full`,
    },
    tls: { kind: 'cert', certificate: 'certificate', key: 'certificate-key' },
    admin: { password: 'postmaster' },
  };
  change(mailu);
  tree.mailu = mailu;
}

export const mailInventory = (change?: (mailu: Tree, tree: Tree) => void, nodes = 3) =>
  inventory(nodes, (tree) => withMailu(tree, (mailu) => change?.(mailu, tree)));

/** The same, where only these nodes are fronts. */
export const inventoryWithFronts = (fronts: readonly string[], change: (mailu: Tree) => void) =>
  inventory(3, (tree) => {
    withMailu(tree, change);
    for (const [name, host] of Object.entries(tree.hosts)) host.mailu = { front: fronts.includes(name) };
  });

/** Connects to a node's front from another address of this machine. */
export const dialAs =
  (localAddress: string, node: string): Dial =>
  (port) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: nodeNamed(node).address, port, localAddress });
      socket.setTimeout(10_000, () => socket.destroy(new Error('no connection within 10 s')));
      socket.once('connect', () => {
        socket.setTimeout(0);
        resolve(socket);
      });
      socket.once('error', reject);
    });

/** Hands a message to a node's front as a well-run server does. Gives what it said where it does not take it. */
export async function send(node: string, id: string, to = POSTMASTER): Promise<string | undefined> {
  using dialogue = new Dialogue(await dialAs(STRANGER.address, node)(25), 30_000);
  return await handOver(dialogue, STRANGER.name, to, [
    'From: <test@example.net>',
    `To: <${to}>`,
    `Subject: ${id}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@${STRANGER.name}>`,
    '',
    id,
    '.',
  ]);
}

export interface Person {
  readonly address: string;
  readonly password: string;
}

const postmaster = (): Person => ({ address: POSTMASTER, password: mailPassword() });

/** Encrypts a connection to port 993, and logs somebody in. Gives what sends the commands that follow. */
export async function logIn(
  dialogue: Dialogue,
  { address, password }: Person = postmaster(),
): Promise<ReturnType<typeof imapCommands>> {
  await dialogue.encrypt({ servername: `mail.${DOMAIN}` });
  await dialogue.line();
  const run = imapCommands(dialogue, address);
  await run(`LOGIN ${quoted(address)} ${quoted(password)}`);
  return run;
}

/** Subjects of all messages in somebody's mailbox, as IMAP gives them. */
export async function subjects(dial: Dial, person?: Person): Promise<readonly string[]> {
  using dialogue = new Dialogue(await dial(993), 30_000);
  const run = await logIn(dialogue, person);
  const selected = await run('SELECT INBOX');
  if (selected.includes('* 0 EXISTS')) return [];
  const fetched = await run('FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]');
  return fetched.flatMap((line) => /^Subject: (\S+)/i.exec(line)?.[1] ?? []);
}

/** Tries until it comes true. An error is "not yet". */
export async function eventually<T>(
  what: string,
  seconds: number,
  attempt: () => Promise<T | undefined | false>,
): Promise<{ value: T; seconds: number }> {
  const begin = Date.now();
  let last: unknown = 'nothing';
  while (Date.now() - begin < seconds * 1000) {
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return { value, seconds: (Date.now() - begin) / 1000 };
    } catch (error) {
      last = error;
    }
    await sleep(1000);
  }
  throw new Error(`not in ${seconds} s: ${what} (${String(last)})`);
}

/** The newest task of a service that is to run: its node and state. */
export async function taskOf(service: string, asked = 'node-1'): Promise<{ node: string; state: string }> {
  const format = '{{.Node}} {{.CurrentState}}';
  const { stdout } = await exec(
    asked,
    `docker service ps --no-trunc --filter desired-state=running --format '${format}' mailu_${service}`,
  );
  const [node = '', state = ''] = stdout.split(' ');
  return { node, state };
}

/** Tasks of all services, to see which were replaced. */
export async function allTasks(): Promise<Readonly<Record<string, readonly string[]>>> {
  const format = '{{.Name}} {{.ID}}';
  const { stdout } = await exec(
    'node-1',
    `docker stack ps --no-trunc --filter desired-state=running --format '${format}' mailu`,
  );
  const found: Record<string, string[]> = {};
  for (const line of stdout.trim().split('\n')) {
    const [name = '', id = ''] = line.split(' ');
    const service = name.slice('mailu_'.length).split('.')[0] ?? '';
    found[service] = [...(found[service] ?? []), id].toSorted();
  }
  return found;
}

/** Unlike netcat it ends when the other side has hung up. */
const PIPE = `
import os, socket, sys, threading
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while data := os.read(0, 65536):
        s.sendall(data)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536):
    os.write(1, data)
os._exit(0)
`;

/** Connects from within a container of a node: what it reads and writes is a connection to `address`. */
export const dialFrom =
  (node: string, container: string, address: string): Dial =>
  async (port) => {
    const inner = ['docker', 'exec', '-i', container, 'python3', '-c', PIPE, address, String(port)];
    const child = spawn('docker', ['exec', '-i', `provision-lab-${node}`, ...inner], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, DOCKER_HOST: 'unix:///run/provision-lab.sock' },
    });
    child.stdin.on('error', () => undefined);
    return Duplex.from({ readable: child.stdout, writable: child.stdin });
  };

/** What a service has logged, from all nodes. */
export async function logOf(service: string): Promise<string> {
  const { stdout, stderr } = await exec('node-1', `docker service logs --raw --tail 2000 mailu_${service}`);
  return stdout + stderr;
}
