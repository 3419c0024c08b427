import type { Event } from '../engine/index.ts';
import { count } from './plan-text.ts';
import type { Style } from './style.ts';

/** One line a host, and one for the whole. */
export function recapText(
  { hosts, changes, milliseconds, interrupted }: Extract<Event, { kind: 'run-finished' }>,
  c: Style,
): readonly string[] {
  const width = Math.max(...hosts.map(({ host }) => host.length));
  const failed = hosts.some(
    ({ result, selected }) => selected && (result === 'failed' || result === 'unreachable'),
  );
  const paint = { ok: c.green, changed: c.yellow, failed: c.red, unreachable: c.red };
  const rows = hosts.map(
    ({ host, changed, result }) =>
      `${host.padEnd(width)}  ${paint[result](result.padEnd(11))}${changed > 0 ? count(changed, 'change') : ''}`,
  );
  const made = changes === 0 ? 'No changes' : `${count(changes, 'change')} made`;
  const cut = failed ? c.red('Stopped') : interrupted ? c.yellow('Interrupted') : undefined;
  const took = duration(milliseconds);
  const begun = hosts.filter((host) => host.begun).map(({ host }) => host);
  const proven = changes === 0 && begun.length > 0 ? 'no change is proven' : made.toLowerCase();
  // What a failed command did before it failed, or put back, is counted nowhere.
  const rest = begun.length === 0 ? '' : `; what was begun on ${begun.join(', ')} may be made in part`;
  const end = cut === undefined ? `${c.green(made)} in ${took}.` : `${cut} after ${took}: ${proven}${rest}.`;
  return [...rows.map((row) => row.trimEnd()), end];
}

/** For people: `12.3 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${tenths / 10} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
