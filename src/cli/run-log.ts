import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Emit, Event } from '../engine/index.ts';
import { logRenderer } from '../render/index.ts';

/** Logs of a cluster that are kept. */
const KEPT = 30;

export interface RunLog {
  readonly path: string;
  readonly emit: Emit;
  /** Why there is none, or only the beginning of one. A run goes on without. */
  readonly trouble: () => string | undefined;
}

const folderOf = (cluster: string, env: NodeJS.ProcessEnv) =>
  join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'provision', cluster);

/**
 * The log of a run: one event a line, with its moment, what ran and what it printed, secrets masked. Below
 * `$XDG_STATE_HOME/provision` (default `~/.local/state`), for its owner alone; the oldest go.
 */
export function openRunLog(cluster: string, env: NodeJS.ProcessEnv, now: Date = new Date()): RunLog {
  const folder = folderOf(cluster, env);
  const path = join(folder, `${now.toISOString().replaceAll(':', '').replace('.', '')}-${process.pid}.jsonl`);
  let trouble: string | undefined;
  const trying = (write: () => void) => {
    if (trouble !== undefined) return;
    try {
      write();
    } catch (error) {
      trouble = (error as Error).message;
    }
  };
  trying(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const old = logsIn(folder);
    for (const name of old.slice(0, Math.max(0, old.length - KEPT + 1)))
      rmSync(join(folder, name), { force: true });
    writeFileSync(path, '', { mode: 0o600 });
  });
  const { handle } = logRenderer((text) => trying(() => appendFileSync(path, text)));
  return { path, emit: handle, trouble: () => trouble };
}

/** The names of all logs, the oldest first. */
const logsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted();

/** How long the last run took that changed something and came to its end, by its log. Milliseconds. */
export function lastRun(cluster: string, env: NodeJS.ProcessEnv): number | undefined {
  const folder = folderOf(cluster, env);
  let names: readonly string[];
  try {
    names = logsIn(folder).toReversed();
  } catch {
    return undefined;
  }
  for (const name of names) {
    const line = completeLines(join(folder, name)).findLast((text) => text.includes('"kind":"run-finished"'));
    const event = line === undefined ? undefined : (JSON.parse(line) as FinishedRun);
    if (event !== undefined && !event.interrupted && event.changes > 0) return event.milliseconds;
  }
  return undefined;
}

/** Another run may be at work on it: its last line may not be whole, or it may have just been taken away. */
function completeLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

type FinishedRun = Extract<Event, { kind: 'run-finished' }>;
