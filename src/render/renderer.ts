import type { Event } from '../engine/index.ts';
import { cleaned } from './clean.ts';

/** What shows a run. A mapped type over the events: one that nobody handles does not compile. */
export type Handlers = {
  readonly [K in Event['kind']]: (event: Extract<Event, { kind: K }>) => void;
};

export interface Renderer {
  readonly handle: (event: Event) => void;
  /** Ends what is still on the screen. Afterwards others may print. */
  readonly close: () => Promise<void>;
}

/** Where text goes. */
export type Write = (text: string) => void;

/** For a terminal: what hosts say cannot change how it looks. */
export function dispatch(handlers: Handlers): (event: Event) => void {
  return (event) => (handlers[event.kind] as (event: Event) => void)(cleaned(event));
}
