import { type Duplex, Readable } from 'node:stream';
import type { NodeSSH } from 'node-ssh';
import pLimit from 'p-limit';
import type { AnyAuthMethod, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2';
import { TransportError } from '../errors/index.ts';
import type { Script, Secret } from '../shell/index.ts';
import { Deadline } from './deadline.ts';
import { Gathered } from './gathered.ts';
import { HostKeyCheck, type HostKeyPolicy } from './host-key.ts';
import { isAgentAlive, type Passphrases, readIdentities } from './identities.ts';
import { input } from './input.ts';
import { connectFailure } from './ssh-failure.ts';
import type { RunOptions, RunResult, Transport } from './transport.ts';

export interface SshTarget {
  /** The host as a person names it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Key files, offered before the agent's. Default: the usual ones in ~/.ssh that are there, after the agent's. */
  readonly identities?: readonly string[];
  /** No other keys than the named ones, whatever the agent holds. Default: false. */
  readonly identitiesOnly?: boolean;
  /** Socket of an ssh-agent. */
  readonly agent?: string | undefined;
  /** Tried where no key is taken. */
  readonly password?: Secret | undefined;
  /** What the host's key is known by. Default: address and port. */
  readonly keyName?: { readonly address: string; readonly port: number };
  readonly knownHosts: readonly string[];
  readonly hostKeyPolicy: HostKeyPolicy;
  /** Milliseconds. */
  readonly connectTimeout: number;
}

/** sshd allows 10 sessions a connection (sshd_config(5), MaxSessions), and frees one some time after its end. */
const SESSIONS = 4;

/** Milliseconds; after three without an answer the connection counts as lost. */
const KEEPALIVE = 15_000;

/** What a shell gives for a script that a signal has ended. */
const KILLED = 128;

/** Any login shell takes this. What is to be done comes on stdin. */
const COMMAND = 'exec /bin/sh -s';

export interface ConnectOptions {
  readonly signal?: AbortSignal;
  /** Hosts to go through, the first to be connected to first. The key of each is checked. */
  readonly jumps?: readonly SshTarget[];
  /** Of keys that have one. A named key whose passphrase is not known is refused. */
  readonly passphrases?: Passphrases;
}

/** Connects to a host whose key is known, or becomes known by the policy. */
export async function connectSsh(target: SshTarget, options: ConnectOptions = {}): Promise<Transport> {
  let via: SshTransport | undefined;
  for (const hop of [...(options.jumps ?? []), target]) {
    try {
      via = await connectOne(hop, options, via);
    } catch (error) {
      await via?.[Symbol.asyncDispose]();
      throw hop === target ? error : atJump(hop, error);
    }
  }
  return via as SshTransport;
}

/** Of a host on the way: which one it is has to be said. */
function atJump({ name }: SshTarget, error: unknown): unknown {
  if (!(error instanceof TransportError)) return error;
  const { failure, message, fix, cause } = error;
  return new TransportError(failure, `${name}: ${message}`, { fix, cause });
}

async function connectOne(
  target: SshTarget,
  { signal, passphrases = new Map() }: ConnectOptions,
  via: SshTransport | undefined,
): Promise<SshTransport> {
  const { address, port, user, agent } = target;
  const check = new HostKeyCheck({
    ...(target.keyName ?? { address, port }),
    knownHosts: target.knownHosts,
    policy: target.hostKeyPolicy,
  });
  const { NodeSSH: Client } = await import('node-ssh');
  const client = new Client();
  const alive = agent !== undefined && (await isAgentAlive(agent));
  const identities = await readIdentities(target.identities, passphrases, alive ? agent : undefined);
  const viaAgent =
    alive && (target.identitiesOnly !== true || identities.length < (target.identities?.length ?? 0));
  const byAgent = viaAgent ? [{ type: 'agent' as const, username: user, agent }] : [];
  const byKey = identities.map(({ key, passphrase }) => ({
    type: 'publickey' as const,
    username: user,
    key,
    ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
  }));
  // A server hangs up after some tries (MaxAuthTries), and an agent may hold many keys: named ones go first.
  const methods: AnyAuthMethod[] = [
    { type: 'none', username: user },
    ...(target.identities === undefined ? [...byAgent, ...byKey] : [...byKey, ...byAgent]),
    ...byPassword(user, target.password),
  ];
  const sock = await via?.forward(address, port);
  let untrusted: unknown;
  using deadline = new Deadline({ signal }, () => client.connection?.destroy());
  try {
    const connected = client.connect({
      ...(sock === undefined ? { host: address, port } : { sock }),
      username: user,
      readyTimeout: target.connectTimeout,
      keepaliveInterval: KEEPALIVE,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: first(signatures(check.preferredTypes)) },
      hostVerifier: (key: Buffer) => {
        try {
          check.verify(key);
          return true;
        } catch (error) {
          untrusted = error;
          return false;
        }
      },
      authHandler: (_left, _partial, next) => next(methods.shift() ?? (false as never)),
    });
    await Promise.race([connected, deadline.reached]);
  } catch (error) {
    client.dispose();
    if (signal?.aborted) throw signal.reason;
    throw (
      untrusted ??
      connectFailure(error, target, [
        ...(viaAgent ? ['the agent'] : []),
        ...identities.map(({ path }) => path),
        ...(target.password === undefined ? [] : ['a password']),
      ])
    );
  }
  client.connection?.setNoDelay(true);
  return new SshTransport(target.name, client, via);
}

/** Servers take a password in either way, by their settings. */
function byPassword(username: string, password: Secret | undefined): readonly AnyAuthMethod[] {
  if (password === undefined) return [];
  const answer = password.reveal();
  return [
    { type: 'password', username, password: answer },
    {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => answer)),
    },
  ];
}

/** ssh2 takes the keys in their order, leaves alone what its list has already, and throws at what it does not know. */
function first(algorithms: readonly ServerHostKeyAlgorithm[]) {
  return { remove: [...algorithms], prepend: [...algorithms], append: [] };
}

/** The ways in which a type of key signs; an RSA key has several (RFC 8332). */
const SIGNATURES: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

function signatures(types: readonly string[]): readonly ServerHostKeyAlgorithm[] {
  return types.flatMap((type) => SIGNATURES[type] ?? []);
}

class SshTransport implements Transport {
  readonly name: string;
  readonly #client: NodeSSH;
  readonly #limit = pLimit(SESSIONS);
  readonly #via: SshTransport | undefined;
  #lost: Error | undefined;

  constructor(name: string, client: NodeSSH, via: SshTransport | undefined) {
    this.name = name;
    this.#via = via;
    this.#client = client;
    client.connection?.on('error', (error) => {
      this.#lost = error;
    });
  }

  /** A connection from this host on to another. */
  async forward(address: string, port: number): Promise<Duplex> {
    try {
      return await this.#client.forwardOut('127.0.0.1', 0, address, port);
    } catch (cause) {
      throw new TransportError(
        'unreachable',
        `${this.name} does not get through to ${address}, port ${port} (${(cause as Error).message})`,
        {
          cause,
          fix: ['look whether the machine runs, and whether the jump host may forward (AllowTcpForwarding)'],
        },
      );
    }
  }

  run(script: Script, options: RunOptions = {}): Promise<RunResult> {
    return this.#limit(() => this.#run(script, options));
  }

  async #run(script: Script, { signal, timeout, onOutput, stdin }: RunOptions): Promise<RunResult> {
    signal?.throwIfAborted();
    if (!this.#client.isConnected()) throw this.#lostError();
    const stdout = new Gathered((text) => onOutput?.('stdout', text));
    const stderr = new Gathered((text) => onOutput?.('stderr', text));
    let channel: ClientChannel | undefined;
    using deadline = new Deadline({ signal, timeout }, () => channel?.close());
    const running = this.#client
      .execCommand(COMMAND, {
        stdin: Readable.from(input(script, stdin), { objectMode: false }),
        noTrim: true,
        onStdout: (chunk) => stdout.add(chunk),
        onStderr: (chunk) => stderr.add(chunk),
        onChannel: (opened) => {
          channel = opened;
        },
      })
      .catch((error: unknown) => {
        throw this.#lostError(error);
      });
    running.catch(() => undefined);
    const { code, signal: killedBy } = await Promise.race([running, deadline.reached]);
    if (killedBy)
      return { code: KILLED, stdout: stdout.end(), stderr: `${stderr.end()}killed by ${killedBy}\n` };
    if (code === null) throw this.#lostError();
    return { code, stdout: stdout.end(), stderr: stderr.end() };
  }

  #lostError(cause: unknown = this.#lost): TransportError {
    const reason = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
    return new TransportError('lost', `the connection was lost${reason}`, {
      cause,
      fix: ['run again: it goes on from where the host is'],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.dispose();
    await this.#via?.[Symbol.asyncDispose]();
  }
}
