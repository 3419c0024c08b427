import type { OutsideAnswer, OutsideCheck } from '../playbook/index.ts';
import { type FrontAnswer, isOpenRelay } from './front.ts';
import { ENOUGH } from './greylisting.ts';
import { lookAtFronts } from './look.ts';
import type { MailCheck } from './want.ts';
import { meritsOf, notesOf, portsTable, problemsOf } from './words.ts';

/**
 * Looks at mail servers as a client would. Greylisting is no failure of theirs: where it is not waited for it is a note, and a problem
 * where it does not end.
 */
export function mailCheck(wanted: MailCheck): OutsideCheck {
  return {
    hosts: wanted.fronts.map(({ host }) => host),
    look: async ({ waits, tell, stop }) =>
      (await lookAtFronts(wanted, { greylisting: waits ? ENOUGH : 0, tell, stop })).map(told),
  };
}

/** What was seen of a front, with the words that people are told. */
export function told(front: FrontAnswer): FrontAnswer & OutsideAnswer {
  return {
    ...front,
    table: portsTable(front),
    good: meritsOf(front),
    notes: notesOf(front),
    problems: problemsOf(front),
    harmful: isOpenRelay(front),
  };
}
