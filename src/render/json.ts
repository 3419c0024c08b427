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

function eventJson(event: Event): string {
  const summary =
    event.kind === 'planned' ? { changes: countChanges(event.plan), refused: isRefused(event.plan) } : {};
  return JSON.stringify({ ...event, ...summary }, (_key, value: unknown) =>
    value instanceof Error ? errorJson(value) : value,
  );
}

function errorJson(error: Error): object {
  if (!(error instanceof ProvisionError)) return { code: 'internal', message: error.message };
  const { name: _name, stack: _stack, cause: _cause, message, ...fields } = error;
  return { ...fields, message };
}
