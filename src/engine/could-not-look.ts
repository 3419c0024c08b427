import type { ProbeError } from '../resource/index.ts';
import { causeOf } from './causes.ts';
import { CouldNotLook } from './failures.ts';
import type { Judged } from './judge.ts';

/** A resource of a host that could not be looked at. */
export interface Unseen {
  readonly id: string;
  readonly error: ProbeError;
}

/** Names of others that are told beside the first. */
const NAMED = 4;

export function unseenOf(all: readonly Judged[]): readonly Unseen[] {
  return all.flatMap(({ resource: { id }, verdict }) =>
    verdict.state === 'failed' ? [{ id, error: verdict.error }] : [],
  );
}

/** An error a cause: what could not be looked at for the same reason is told once, with the first of it. */
export function couldNotLook(unseen: readonly Unseen[]): readonly CouldNotLook[] {
  const byCause = new Map<string, Unseen[]>();
  for (const one of unseen) byCause.set(causeIn(one), [...(byCause.get(causeIn(one)) ?? []), one]);
  return [...byCause.values()].flatMap((all) => {
    const [first, ...rest] = all;
    return first === undefined ? [] : [new CouldNotLook(first.id, first.error, alsoSaid(rest))];
  });
}

function alsoSaid(rest: readonly Unseen[]): string {
  if (rest.length === 0) return '';
  const named = rest.slice(0, NAMED).map(({ id }) => id);
  const more = rest.length > NAMED ? ` and ${rest.length - NAMED} more` : '';
  return `. The same of ${named.join(', ')}${more}`;
}

/** The cause that its words name, or its last words, without what differs from thing to thing: paths, names in quotes, numbers. */
function causeIn({ error: { message } }: Unseen): string {
  const last = message.slice(message.lastIndexOf(': ') + 1);
  return causeOf(message)?.code ?? last.replaceAll(/'[^']*'|‘[^’]*’|"[^"]*"|\S*\/\S*|\d+/g, '…');
}
