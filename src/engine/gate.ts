import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../errors/index.ts';
import type { Gate } from '../playbook/index.ts';
import { Unobservable } from '../resource/index.ts';
import { GateClosed } from './failures.ts';
import type { RunOptions } from './run.ts';
import type { World } from './world.ts';

/** Milliseconds between two questions. */
const PAUSE = 2000;

/** Asks until the gate holds. */
export async function awaitGate(gate: Gate | undefined, world: World, options: RunOptions): Promise<void> {
  if (gate === undefined) return;
  const end = performance.now() + gate.patience * 1000;
  for (;;) {
    const reason = await ask(gate, world);
    if (reason === undefined) return;
    if (options.stop.aborted) throw new Interrupted();
    if (performance.now() > end) throw new GateClosed(gate, reason);
    options.emit({ kind: 'gate-waiting', host: gate.on, title: gate.title, reason });
    await sleep(PAUSE, undefined, { signal: options.abort });
  }
}

/** Why the gate does not hold yet. */
async function ask({ on, probe }: Gate, world: World): Promise<string | undefined> {
  const { session } = world.state(on);
  if (session === undefined) return `${on} is not connected`;
  const [output] = await session.ask([probe.script], 'gate');
  if (output === undefined) return 'no answer';
  try {
    const answer = probe.parse(output);
    if (answer instanceof Unobservable) return answer.reason;
    return answer === true ? undefined : answer;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
