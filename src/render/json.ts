import { countChanges, type Event, isRefused } from '../engine/index.ts';
import { ProvisionError } from '../errors/index.ts';
import type { Renderer, Write } from './renderer.ts';

/** One event a line, and nothing else. */
export function jsonRenderer(result: Write): Renderer {
  return { handle: (event) => result(`${eventJson(event)}\n`), close: async () => undefined };
}

/** The same for a file: each line with its moment. */
export function logRenderer(write: Write, now: () => Date = () => new Date()): Renderer {
  return {
    handle: (event) => write(`{"at":"${now().toISOString()}",${eventJson(event).slice(1)}\n`),
    close: async () => undefined,
  };
}

/** What the JSON of the event `planned` has beside the plan. */
export interface PlanSummary {
  /** How many changes the plan has. */
  readonly changes: number;
  /** Whether a finding refuses them. */
  readonly refused: boolean;
}

/** What an error is in JSON. Some have more fields, which say what it was about. */
export interface ErrorFields {
  /** Stable, for programs; `internal` is a bug in provision. */
  readonly code: string;
  /** What the command ends with where nothing worse happens. */
  readonly exit?: number;
  /** What is wrong, in words. */
  readonly message: string;
  /** Commands that a person can paste, one a line, or one sentence where no command can do it. */
  readonly fix?: readonly string[];
}

function eventJson(event: Event): string {
  const summary: PlanSummary | Record<string, never> =
    event.kind === 'planned' ? { changes: countChanges(event.plan), refused: isRefused(event.plan) } : {};
  return JSON.stringify({ ...event, ...summary }, (_key, value: unknown) =>
    value instanceof Error ? errorJson(value) : value,
  );
}

function errorJson(error: Error): ErrorFields {
  if (!(error instanceof ProvisionError)) return { code: 'internal', message: error.message };
  const { name: _name, stack: _stack, cause: _cause, message, ...fields } = error;
  return { ...fields, message };
}
