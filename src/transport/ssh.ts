import { Readable } from 'node:stream';
import type { NodeSSH } from 'node-ssh';
import pLimit from 'p-limit';
import type { AnyAuthMethod, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2';
import { TransportError } from '../errors/index.ts';
import type { Script } from '../shell/index.ts';
import { Deadline } from './deadline.ts';
import { Gathered } from './gathered.ts';
import { HostKeyCheck, type HostKeyPolicy } from './host-key.ts';
import { isAgentAlive, readIdentities } from './identities.ts';
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
  /** Socket of an ssh-agent. */
  readonly agent?: string | undefined;
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

/** Connects to a host whose key is known, or becomes known by the policy. */
export async function connectSsh(
  target: SshTarget,
  options: { signal?: AbortSignal } = {},
): Promise<Transport> {
  const { address, port, user, agent } = target;
  const identities = await readIdentities(target.identities);
  const check = new HostKeyCheck({
    address,
    port,
    knownHosts: target.knownHosts,
    policy: target.hostKeyPolicy,
  });
  const { NodeSSH: Client } = await import('node-ssh');
  const client = new Client();
  const viaAgent = agent !== undefined && (await isAgentAlive(agent));
  const byAgent = viaAgent ? [{ type: 'agent' as const, username: user, agent }] : [];
  const byKey = identities.map(({ key }) => ({ type: 'publickey' as const, username: user, key }));
  // A server hangs up after some tries (MaxAuthTries), and an agent may hold many keys: named ones go first.
  const methods: AnyAuthMethod[] = [
    { type: 'none', username: user },
    ...(target.identities === undefined ? [...byAgent, ...byKey] : [...byKey, ...byAgent]),
  ];
  let untrusted: unknown;
  using deadline = new Deadline({ signal: options.signal }, () => client.connection?.destroy());
  try {
    const connected = client.connect({
      host: address,
      port,
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
    if (options.signal?.aborted) throw options.signal.reason;
    throw (
      untrusted ??
      connectFailure(error, target, [
        ...(viaAgent ? ['the agent'] : []),
        ...identities.map(({ path }) => path),
      ])
    );
  }
  client.connection?.setNoDelay(true);
  return new SshTransport(target.name, client);
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
  #lost: Error | undefined;

  constructor(name: string, client: NodeSSH) {
    this.name = name;
    this.#client = client;
    client.connection?.on('error', (error) => {
      this.#lost = error;
    });
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
  }
}
