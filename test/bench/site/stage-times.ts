import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsOf, type JsonEvent } from '../../lab/harness.ts';

export interface Times {
  /** Seconds of the whole run. */
  readonly whole: number;
  /** Seconds of each stage, in their order. */
  readonly stages: readonly (readonly [string, number])[];
  /** Seconds in which at least one script for this purpose ran: facts, observe, apply, gate, lock, settle. */
  readonly purposes: Readonly<Record<string, number>>;
  /** Looks at a host, for each host and stage. */
  readonly looks: number;
}

/** Where the time of the last run went, by its log. */
export function timesOf(folder: string): Times {
  const name = readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .toSorted()
    .at(-1);
  if (name === undefined) throw new Error(`there is no run log in ${folder}`);
  const events = eventsOf(readFileSync(join(folder, name), 'utf8'));
  const seconds = ({ at }: JsonEvent) => Date.parse(String(at)) / 1000;
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) throw new Error(`${name} is empty`);
  const starts = events.filter(({ kind }) => kind === 'stage-started');
  const execs = events.filter(({ kind }) => kind === 'exec');
  const purposes = [...new Set(execs.map(({ purpose }) => String(purpose)))];
  const spans = (purpose: string) =>
    execs
      .filter((exec) => exec.purpose === purpose)
      .map((exec) => [seconds(exec) - Number(exec.milliseconds) / 1000, seconds(exec)] as const);
  return {
    whole: seconds(last) - seconds(first),
    stages: starts.map((start, index) => [
      `${start.playbook}/${start.stage}`,
      seconds(starts[index + 1] ?? last) - seconds(start),
    ]),
    purposes: Object.fromEntries(purposes.map((purpose) => [purpose, covered(spans(purpose))])),
    looks: execs.filter(({ purpose }) => purpose === 'facts' || purpose === 'observe').length,
  };
}

/** How much of the time these spans cover together. */
export function covered(spans: readonly (readonly [number, number])[]): number {
  let end = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}
