import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../errors/index.ts';
import type { Gate } from '../playbook/index.ts';
import { askPlaybookCode, ProbeError, Unobservable } from '../resource/index.ts';
import { type Shape, such } from '../schema/index.ts';
import type { BuiltStage } from './built-stage.ts';
import { GateClosed } from './failures.ts';
import type { Run } from './run.ts';

/** Milliseconds between two questions. */
const PAUSE = 2000;

/** Whose gate it is. */
type Owner = Pick<BuiltStage, 'playbook' | 'stage'>;

/** Asks until the gate holds. */
export async function awaitGate(gate: Gate, owner: Owner, run: Run): Promise<void> {
  const { stop, abort, emit } = run.options;
  const end = performance.now() + gate.patience * 1000;
  for (;;) {
    const reason = await ask(gate, owner, run);
    if (reason === undefined) return;
    if (stop.aborted) throw new Interrupted();
    if (performance.now() > end) throw new GateClosed(gate, reason);
    emit({ kind: 'gate-waiting', host: gate.on, title: gate.title, reason });
    await sleep(PAUSE, undefined, { signal: abort });
  }
}

const ANSWER: Shape = such(
  '`true`, or a text that says why not yet',
  (value) => value === true || (typeof value === 'string' && value !== '') || value instanceof Unobservable,
);

/** Why the gate does not hold yet. */
async function ask(
  { on, title, probe }: Gate,
  { playbook, stage }: Owner,
  run: Run,
): Promise<string | undefined> {
  const { session } = run.state(on);
  if (session === undefined) return `${on} is not connected`;
  const [output] = await session.ask([probe.script], 'gate');
  if (output === undefined) return 'no answer';
  const what = `playbook ${playbook.name}/${stage.name}: the gate "${title}"`;
  const at = playbook.origin;
  try {
    const answer = askPlaybookCode({ what, name: 'parse', at }, ANSWER, () => probe.parse(output));
    if (answer instanceof Unobservable) return answer.reason;
    return answer === true ? undefined : answer;
  } catch (error) {
    if (error instanceof ProbeError) return error.message;
    throw error;
  }
}
