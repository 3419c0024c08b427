import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Emit } from '../engine/index.ts';
import { logRenderer } from '../render/index.ts';

/** Logs of a cluster that are kept. */
const KEPT = 30;

export interface RunLog {
  readonly path: string;
  readonly emit: Emit;
}

/**
 * The log of a run: one event a line, with its moment, what ran and what it printed, secrets masked. Below
 * `$XDG_STATE_HOME/provision` (default `~/.local/state`), for its owner alone; the oldest go.
 */
export function openRunLog(cluster: string, env: NodeJS.ProcessEnv, now: Date = new Date()): RunLog {
  const folder = join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'provision', cluster);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const old = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted();
  for (const name of old.slice(0, Math.max(0, old.length - KEPT + 1))) rmSync(join(folder, name));
  const path = join(folder, `${now.toISOString().replaceAll(':', '').replace('.', '')}-${process.pid}.jsonl`);
  writeFileSync(path, '', { mode: 0o600 });
  const { handle } = logRenderer((text) => appendFileSync(path, text));
  return { path, emit: handle };
}
