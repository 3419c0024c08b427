import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Script } from '../shell/index.ts';
import { Deadline } from './deadline.ts';
import { Gathered } from './gathered.ts';
import { input } from './input.ts';
import type { RunOptions, RunResult, Transport } from './transport.ts';

/** This machine. An instance of zx of our own: the global one has options that anybody may change. */
export function localTransport(name: string): Transport {
  return {
    name,
    run: (script, options = {}) => run(script, options),
    async [Symbol.asyncDispose]() {},
  };
}

async function run(script: Script, { signal, timeout, onOutput, stdin }: RunOptions): Promise<RunResult> {
  signal?.throwIfAborted();
  const { $ } = await import('zx');
  const stdout = new Gathered((text) => onOutput?.('stdout', text));
  const stderr = new Gathered((text) => onOutput?.('stderr', text));
  const shell = $({
    shell: '/bin/sh',
    prefix: '',
    postfix: '',
    nothrow: true,
    quiet: true,
    detached: true,
    stdio: 'pipe',
    input: Readable.from(input(script, stdin), { objectMode: false }),
  })`exec /bin/sh -s`;
  shell.stdout.on('data', (chunk: Buffer) => stdout.add(chunk));
  shell.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
  using deadline = new Deadline({ signal, timeout }, () => letGo(shell.child));
  const { exitCode, signal: killedBy } = await Promise.race([shell, deadline.reached]);
  const rest = killedBy === null ? '' : `killed by ${killedBy}\n`;
  return { code: exitCode ?? 128, stdout: stdout.end(), stderr: stderr.end() + rest };
}

/**
 * Closes what a script reads and writes, as the end of a connection does, and waits for it no more. Signals would end some of its
 * processes and not others: a shell would go on with the command after the one that was ended.
 */
function letGo(child: ChildProcess | undefined): void {
  for (const stream of child?.stdio ?? []) stream?.destroy();
  child?.unref();
}
