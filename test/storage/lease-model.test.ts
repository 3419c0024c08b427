import { env } from 'node:process';
import { expect, test } from 'vitest';
import { LEASE } from '../../playbooks/storage/options.ts';
import {
  type Choice,
  EMPTY,
  normal,
  type Step,
  step,
  type Times,
  type World,
  writers,
} from './lease-model.ts';

/** Seconds. With the interval of the lease there are 420,955 states and it takes minutes; the outcome is the same. */
const TICK = Number(env.LEASE_MODEL_TICK ?? 2 * LEASE.interval);
/** Seconds that a command may go on after the lease has decided to kill it: five rounds, a second each. */
const KILLING = 5;
const TIMES: Times = {
  proof: Math.ceil((LEASE.prompt + LEASE.limit + KILLING) / TICK),
  handover: Math.floor(LEASE.handover / TICK),
  grace: Math.ceil(LEASE.grace / TICK),
  patience: Math.ceil(LEASE.patience / TICK),
  gap: Math.ceil(LEASE.gap / TICK),
  twice: Math.ceil((LEASE.interval + LEASE.prompt) / TICK),
};
/** The same protocol with short times in the same order of size: for more tasks at once. */
const SHORT: Times = { proof: 3, handover: 4, grace: 1, patience: 2, gap: 2, twice: 1 };

function* choices(world: World, most: number): Generator<Choice> {
  const { tasks } = world;
  const all = tasks.map((_, index) => index);
  const orders = tasks.length < 2 ? [all] : [all, all.toReversed()];
  const events: Choice['event'][] = ['none'];
  if (tasks.length < most) events.push('start');
  tasks.forEach((task, index) => {
    events.push(`die ${index}`);
    // An order to stop comes to one that has been replaced, and is for good.
    if (!task.told && (index < tasks.length - 1 || !world.wanted)) events.push(`tell ${index}`);
    if (task.at === 'ends') events.push(`end ${index}`);
  });
  for (let seen = 0; seen < 2 ** tasks.length; seen++) {
    const sees = all.map((index) => (seen & (1 << index)) !== 0);
    for (const order of orders)
      for (const event of events) {
        yield { sees, frees: false, order, event };
        if (world.lock !== 0) yield { sees, frees: true, order, event };
      }
  }
}

function faults({ world, madeWay, began }: Step, before: World, twice: number): string | undefined {
  if (writers(world) > 1) return 'two writers';
  if (madeWay !== undefined && world.alone > twice) return 'a holder makes way for nobody';
  if (began !== undefined && before.holder > began) return 'the lease goes back to an earlier one';
  return undefined;
}

/** What comes of a world where nothing more happens: the storage answers, the swarm starts what it wants again. */
function calm(world: World, times: Times, ticks: number): { readonly ran: number; readonly stayed: boolean } {
  let [now, ran, stayed, absent] = [world, -1, true, 0];
  for (let tick = 0; tick < ticks; tick++) {
    const all = now.tasks.map((_, index) => index);
    absent = now.wanted && now.tasks.length > 0 ? 0 : absent + 1;
    // Five seconds, and the start of a container.
    const event = absent >= 4 ? 'start' : 'none';
    now = step(now, { sees: all.map(() => true), frees: false, order: all, event }, times).world;
    const last = now.tasks.at(-1);
    const runs = now.wanted && last?.at === 'runs';
    if (runs && ran < 0) ran = tick;
    if (!runs && ran >= 0) stayed = false;
  }
  return { ran, stayed };
}

function explore(times: Times, most: number, twice = times.twice) {
  const seen = new Map<string, World>([[JSON.stringify(EMPTY), EMPTY]]);
  const wrong = new Set<string>();
  let [steps, longest] = [0, 0];
  const bound = times.handover + times.proof + times.patience + times.gap + times.grace + 20;
  for (const world of seen.values()) {
    for (const choice of choices(world, most)) {
      steps += 1;
      const found = step(world, choice, times);
      const fault = faults(found, world, twice);
      if (fault !== undefined) wrong.add(`${fault}: ${JSON.stringify({ world, choice })}`);
      const next = normal(found.world);
      const key = JSON.stringify(next);
      if (!seen.has(key)) seen.set(key, next);
    }
    const { ran, stayed } = calm(world, times, bound + 20);
    if (ran < 0 || ran > bound) wrong.add(`nobody serves: ${JSON.stringify(world)}`);
    if (!stayed) wrong.add(`it does not stay: ${JSON.stringify(world)}`);
    longest = Math.max(longest, ran);
    if (wrong.size > 3) break;
  }
  return { states: seen.size, steps, longest, wrong: [...wrong] };
}

test.each([
  ['two at once, the times as they are', TIMES, 2, TICK],
  ['three at once, short times', SHORT, 3, 1],
])(
  '%s: never two writers, never to and fro, nobody makes way for nobody, and the wanted one serves',
  { timeout: 900_000 },
  (name, times, most, tick) => {
    const { states, steps, longest, wrong } = explore(times, most);
    process.stdout.write(
      `figure  lease, ${name}: ${states} states, ${steps} steps, ${wrong.length} wrong; the wanted one serves after ${longest * tick} s of calm at most\n`,
    );
    expect(wrong).toEqual([]);
  },
);

test.each<[string, Partial<Times>]>([
  ['a handover that is shorter than the last proof is good for', { handover: 1 }],
  ['one sign that is believed after a silence', { twice: 4, gap: 3 }],
])('the model finds what is wrong with %s', (_name, change) => {
  expect(explore({ ...SHORT, ...change }, 2, SHORT.twice).wrong).not.toEqual([]);
});
