import type { AnyAuthMethod, Client, ConnectConfig } from 'ssh2';
import { TransportError } from '../errors/index.ts';
import { isMismatch, mismatch } from './algorithms.ts';
import { type Account, credentialsOf } from './credentials.ts';
import { Deadline } from './deadline.ts';
import { HostKeyCheck, type HostKeyPolicy } from './host-key.ts';
import type { Passphrases } from './identities.ts';
import { LoginAnswers } from './login-answers.ts';
import type { Way } from './offers.ts';
import { preferring } from './signatures.ts';
import { logIn } from './ssh-client.ts';
import { connectFailure } from './ssh-failure.ts';
import { SshTransport } from './ssh-transport.ts';
import type { Transport } from './transport.ts';

export interface SshTarget extends Account {
  /** The host as a person names it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** What the host's key is known by. Default: address and port. */
  readonly keyName?: { readonly address: string; readonly port: number };
  readonly knownHosts: readonly string[];
  readonly hostKeyPolicy: HostKeyPolicy;
  /** Milliseconds. */
  readonly connectTimeout: number;
}

/** Milliseconds; after three without an answer the connection counts as lost. */
const KEEPALIVE = 15_000;

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
  const jumps = options.jumps ?? [];
  for (const [index, hop] of [...jumps, target].entries()) {
    try {
      via = await connectOne(hop, { ...options, jumps: jumps.slice(0, index) }, via);
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
  { signal, jumps = [], passphrases = new Map() }: ConnectOptions,
  via: SshTransport | undefined,
): Promise<SshTransport> {
  const { address, port, user } = target;
  const check = new HostKeyCheck({
    ...(target.keyName ?? { address, port }),
    login: { user, address, port },
    knownHosts: target.knownHosts,
    policy: target.hostKeyPolicy,
  });
  signal?.throwIfAborted();
  const { ways, agentTrouble, ...offers } = await credentialsOf(target, passphrases);
  signal?.throwIfAborted();
  const left = [...ways];
  const answers = new LoginAnswers();
  let untrusted: unknown;
  let given: Client | undefined;
  using deadline = new Deadline({ signal }, () => given?.destroy());
  const config = async (): Promise<ConnectConfig> => {
    const sock = await via?.forward(address, port, { signal, timeout: target.connectTimeout });
    return {
      ...(sock === undefined ? { host: address, port } : { sock: sock as never }),
      username: user,
      readyTimeout: target.connectTimeout,
      keepaliveInterval: KEEPALIVE,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: preferring(check.preferredTypes) },
      hostVerifier: (key: Buffer) => {
        try {
          check.verify(key);
          return true;
        } catch (error) {
          untrusted = error;
          return false;
        }
      },
      authHandler: (accepted, partial, next) => {
        answers.told(accepted, partial);
        answers.hear(given);
        const method = nextOf(left, given);
        answers.trying(method);
        next(method ?? (false as never));
      },
    };
  };
  const result = await Promise.race([
    logIn(await config(), (client) => {
      given = client;
    }),
    deadline.reached,
  ]);
  if ('client' in result) {
    result.client.setNoDelay(true);
    return new SshTransport(target.name, result.client, via);
  }
  if (signal?.aborted) throw signal.reason;
  if (untrusted !== undefined) throw untrusted;
  const { error } = result.notIn;
  if (isMismatch(error)) throw await mismatch(error as Error, await config(), target, signal);
  const tried = { ...target, jumps };
  const { takes, partly } = answers;
  throw connectFailure(result.notIn, tried, { ...offers, takes, partly, agent: agentTrouble() });
}

/** Takes what can be offered next. */
function nextOf(left: Way[], client: Client | undefined): AnyAuthMethod | undefined {
  for (let way = left.shift(); client !== undefined && way !== undefined; way = left.shift()) {
    const method = way(client);
    if (method !== undefined) return method;
  }
  return undefined;
}
