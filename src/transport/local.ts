import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Script } from '../shell/index.ts';
import { Deadline } from './deadline.ts';
import { Gathered } from './gathered.ts';
import { input } from './input.ts';
import type { ScriptOptions, ScriptResult, Transport } from './transport.ts';

/** This machine. */
export function localTransport(name: string): Transport {
  return {
    name,
    run: (script, options = {}) => run(script, options),
    async [Symbol.asyncDispose]() {},
  };
}

async function run(
  script: Script,
  { signal, timeout, onOutput, keep, stdin }: ScriptOptions,
): Promise<ScriptResult> {
  signal?.throwIfAborted();
  const stdout = new Gathered((text) => onOutput?.('stdout', text), keep);
  const stderr = new Gathered((text) => onOutput?.('stderr', text), keep);
  const shell = spawn('/bin/sh', ['-s'], { detached: true, stdio: 'pipe' });
  const ended = once(shell, 'close') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  ended.catch(() => undefined);
  shell.stdout.on('data', (chunk: Buffer) => stdout.add(chunk));
  shell.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
  // A script may end before it has read all of its stdin.
  shell.stdin.on('error', () => undefined);
  Readable.from(input(script, stdin), { objectMode: false }).pipe(shell.stdin);
  using deadline = new Deadline({ signal, timeout }, () => letGo(shell));
  const [code, killedBy] = await Promise.race([ended, deadline.reached]);
  const rest = killedBy === null ? '' : `killed by ${killedBy}\n`;
  return { code: code ?? 128, stdout: stdout.end(), stderr: stderr.end() + rest };
}

/**
 * Closes what a script reads and writes, as the end of a connection does, and waits for it no more. Signals would end some of its
 * processes and not others: a shell would go on with the command after the one that was ended.
 */
function letGo(child: ChildProcess): void {
  for (const stream of child.stdio) stream?.destroy();
  child.unref();
}
