import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { typed } from '../terminal.ts';
import { json, type Ran, refusals } from './harness.ts';
import { exec } from './lab.ts';
import { $ } from './shell.ts';
import { paths } from './state.ts';

/** What a person does and sees between two runs. */

/** Runs a command as root in a node; it has to succeed. */
export async function on(node: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await exec(node, command);
  expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' });
  return stdout.trim();
}

/** Follows a `fix:` line as a person does: what comes after its words in a shell, on a terminal where a password may be asked for. */
export async function follow(line: string | undefined): Promise<void> {
  if (line === undefined) throw new Error('there is no such fix to follow');
  const command = line.replace(/^.*?: (?=ssh )/, '');
  const { exitCode, stderr } = command.startsWith('ssh -t ')
    ? await onTerminalOf(command)
    : await $`sh -c ${command}`;
  expect({ command, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
    command,
    exitCode: 0,
    stderr: '',
  });
}

async function onTerminalOf(command: string) {
  const password = readFileSync(paths.sudoPassword, 'utf8').trim();
  const { code, shown } = await typed(command, { '[sudo] password for': password });
  return { exitCode: code, stderr: shown };
}

export interface Failure {
  readonly host: string;
  readonly code: string;
  readonly message: string;
  readonly fix: readonly string[];
  /** Of a command that failed. */
  readonly output?: { readonly stderr: string };
}

/** The hosts that failed, each with its error. */
export function failures(ran: Pick<Ran, 'events'>): readonly Failure[] {
  return ran.events
    .filter(({ kind }) => kind === 'host-failed')
    .map(({ host, error }) => ({ host, ...(error as object) }) as Failure);
}

/** A run that nothing refuses and nothing stops. */
export async function goesThrough(file: string): Promise<Ran> {
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran), refusals: refusals(ran) }).toEqual({
    code: 0,
    failures: [],
    refusals: [],
  });
  return ran;
}
