import { type ProcessPromise, $ as zx } from 'zx';

/** Local commands: quiet, and an error only where the caller looks for one. */
export const $ = zx({ quiet: true, nothrow: true, verbose: false });

/** A failure of the lab itself, in a line on what went wrong and one on what to do. */
export class LabError extends Error {}

/** Runs a command that has to succeed. */
export async function must(what: string, running: ProcessPromise): Promise<string> {
  const { exitCode, stdout, stderr } = await running;
  if (exitCode !== 0) throw new LabError(`${what} failed: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new LabError(`waited ${seconds} s and still not: ${what}`);
    await sleep(200);
  }
}
