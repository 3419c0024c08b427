import { type Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Client, ClientChannel } from 'ssh2';
import { TransportError } from '../errors/index.ts';
import type { Script } from '../shell/index.ts';
import { Deadline } from './deadline.ts';
import { Gathered } from './gathered.ts';
import { input } from './input.ts';
import { sshExec } from './ssh-exec.ts';
import type { ScriptOptions, ScriptResult, Transport } from './transport.ts';

/** sshd allows 10 sessions a connection (sshd_config(5), MaxSessions), and frees one some time after its end. */
const SESSIONS = 4;
/** Times that a session is asked for, and milliseconds between them, while no other is open. */
const TRIES = 20;
const PAUSE = 100;

/** What a shell gives for a script that a signal has ended. */
const KILLED = 128;

/** Any login shell takes this. What is to be done comes on stdin. */
const COMMAND = 'exec /bin/sh -s';

/** A connection that is logged in, and what it goes through. */
export class SshTransport implements Transport {
  readonly name: string;
  readonly #client: Client;
  readonly #limit = pLimit(SESSIONS);
  readonly #via: SshTransport | undefined;
  #open = true;
  #lost: Error | undefined;

  constructor(name: string, client: Client, via: SshTransport | undefined) {
    this.name = name;
    this.#via = via;
    this.#client = client;
    client.on('error', (error) => {
      this.#lost = error;
    });
    const ended = () => {
      this.#open = false;
    };
    client.on('end', ended).on('close', ended);
  }

  /** A connection from this host on to another. `timeout`: milliseconds in which it has to come about. */
  async forward(
    address: string,
    port: number,
    limits: { readonly signal?: AbortSignal | undefined; readonly timeout?: number },
  ): Promise<Duplex> {
    using deadline = new Deadline(limits, () => undefined);
    const opened = new Promise<Duplex>((resolve, reject) => {
      this.#client.forwardOut('127.0.0.1', 0, address, port, (error, channel) =>
        error === undefined ? resolve(channel) : reject(error),
      );
    });
    opened.catch(() => undefined);
    try {
      return await Promise.race([opened, deadline.reached]);
    } catch (cause) {
      if (limits.signal?.aborted) throw limits.signal.reason;
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

  run(script: Script, options: ScriptOptions = {}): Promise<ScriptResult> {
    return this.#limit(() => this.#runOnceFree(script, options));
  }

  /** A session that has just ended may count for a moment longer; one that goes on does so for as long as it does. */
  async #runOnceFree(script: Script, options: ScriptOptions): Promise<ScriptResult> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#run(script, options);
      } catch (error) {
        const refused = error instanceof TransportError && error.failure === 'no-session';
        if (!refused || this.#limit.activeCount > 1 || tries === TRIES) throw error;
        await sleep(PAUSE, undefined, { signal: options.signal });
      }
    }
  }

  async #run(
    script: Script,
    { signal, timeout, onOutput, keep, stdin }: ScriptOptions,
  ): Promise<ScriptResult> {
    signal?.throwIfAborted();
    if (!this.#open) throw this.#lostError();
    const stdout = new Gathered((text) => onOutput?.('stdout', text), keep);
    const stderr = new Gathered((text) => onOutput?.('stderr', text), keep);
    let channel: ClientChannel | undefined;
    using deadline = new Deadline({ signal, timeout }, () => channel?.close());
    const running = sshExec(this.#client, COMMAND, {
      stdin: Readable.from(input(script, stdin), { objectMode: false }),
      onStdout: (chunk) => stdout.add(chunk),
      onStderr: (chunk) => stderr.add(chunk),
      onChannel: (opened) => {
        channel = opened;
      },
    }).catch((error: unknown) => {
      throw this.#open && isRefusedChannel(error) ? noSession(error) : this.#lostError(error);
    });
    running.catch(() => undefined);
    const { code, signal: killedBy, heldOpen } = await Promise.race([running, deadline.reached]);
    if (killedBy)
      return { code: KILLED, stdout: stdout.end(), stderr: `${stderr.end()}killed by ${killedBy}\n` };
    if (code === null) throw this.#lostError();
    return { code, stdout: stdout.end(), stderr: stderr.end(), ...(heldOpen ? { heldOpen } : {}) };
  }

  #lostError(cause: unknown = this.#lost): TransportError {
    const reason = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
    return new TransportError('lost', `the connection was lost${reason}`, {
      cause,
      fix: ['run again: it goes on from where the host is'],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.end();
    await this.#via?.[Symbol.asyncDispose]();
  }
}

/** ssh2 gives the server's reason (RFC 4254, 5.1) as a number. */
function isRefusedChannel(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'number';
}

function noSession(cause: unknown): TransportError {
  return new TransportError('no-session', 'sshd allows no further session on the connection', {
    cause,
    fix: ['look at MaxSessions in sshd_config of the host'],
  });
}
