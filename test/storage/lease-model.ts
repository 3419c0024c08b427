/**
 * What `templates/lease.sh.hbs` does, as states and steps, for one place of a swarm. Within a tick
 * there is one proof. Whatever else happens is chosen by an adversary: which tasks see the storage, whether the storage frees the
 * lock of one that it does not see, who dies, who is started, who hears that it is to stop, and who acts first.
 */

/** Ticks. `proof`: from the last proof until the command has stopped in any case, `prompt` and the killing with it. */
export interface Times {
  readonly proof: number;
  readonly handover: number;
  readonly grace: number;
  readonly patience: number;
  readonly gap: number;
  /** Between two signs that are right after each other. */
  readonly twice: number;
}

export interface Task {
  readonly number: number;
  readonly at: 'waits' | 'takes' | 'runs' | 'ends';
  /** It has heard that it is to stop. */
  readonly told: boolean;
  /** Ticks since its last proof, or, while it takes the lease, until it may run. */
  readonly age: number;
  /** Ticks that are left of its grace. */
  readonly grace: number;
  /** Ticks for which a later one has been alive, and since its last sign. */
  readonly since: number;
  readonly gap: number;
}

/** Tasks in the order of their start. The swarm wants the last one. */
export interface World {
  readonly tasks: readonly Task[];
  /** Whether the last one started has ended since: the swarm starts it again. */
  readonly wanted: boolean;
  readonly lock: number;
  readonly holder: number;
  readonly released: boolean;
  /** The number in the sign, and whether it was written since the holder looked last. */
  readonly sign: number;
  readonly fresh: boolean;
  /** Ticks since one waited that came later than all that hold. Nobody acts by it: it is what is judged by. */
  readonly alone: number;
}

export interface Choice {
  readonly sees: readonly boolean[];
  readonly frees: boolean;
  readonly order: readonly number[];
  readonly event: 'none' | 'start' | `die ${number}` | `tell ${number}` | `end ${number}`;
}

/** What a step shows beside the next world. */
export interface Step {
  readonly world: World;
  /** The number of a holder that makes way in this step. */
  readonly madeWay?: number;
  /** The number of one that begins to run. */
  readonly began?: number;
}

/** More ticks than two signs may be apart. */
const LONG = 5;

export const EMPTY: World = {
  tasks: [],
  wanted: true,
  lock: 0,
  holder: 0,
  released: true,
  sign: 0,
  fresh: false,
  alone: LONG,
};

const writes = ({ at }: Task) => at === 'runs' || at === 'ends';
export const writers = ({ tasks }: World): number => tasks.filter(writes).length;

/** A world in the making. */
type Draft = { -readonly [Key in keyof World]: World[Key] };

export function step(world: World, { sees, frees, order, event }: Choice, times: Times): Step {
  const draft: Draft = { ...world };
  const shown: { madeWay?: number; began?: number } = {};
  const [what, who] = event.split(' ');
  const at = Number(who);
  const owner = world.tasks.findIndex(({ number }) => number === world.lock);
  if (frees && owner >= 0 && sees[owner] === false) draft.lock = 0;
  const next = new Map(world.tasks.map((task) => [task.number, task] as const));
  for (const index of order) {
    const before = world.tasks[index];
    if (before === undefined) continue;
    const dies = what === 'die' && at === index;
    const task = what === 'tell' && at === index ? { ...before, told: true } : before;
    const after = dies
      ? undefined
      : act(task, draft, sees[index] === true, what === 'end' && at === index, times, shown);
    if (after === undefined) {
      if (draft.lock === task.number) draft.lock = 0;
      next.delete(task.number);
      if (task.number === world.tasks.at(-1)?.number) draft.wanted = false;
    } else next.set(task.number, after);
  }
  if (what === 'start') {
    const number = Math.max(draft.sign, draft.holder, ...world.tasks.map((task) => task.number), 0) + 1;
    next.set(number, { number, at: 'waits', told: false, age: 0, grace: 0, since: 0, gap: times.gap + 1 });
    draft.wanted = true;
  }
  const waits = world.tasks.some((task, at) => task.at === 'waits' && world.tasks.slice(0, at).some(writes));
  draft.alone = waits ? 0 : Math.min(world.alone + 1, LONG);
  draft.tasks = [...next.values()].toSorted((a, b) => a.number - b.number);
  return { world: draft, ...shown };
}

function act(
  task: Task,
  draft: Draft,
  sees: boolean,
  endsByItself: boolean,
  times: Times,
  shown: { madeWay?: number; began?: number },
): Task | undefined {
  const { number } = task;
  const late =
    Math.max(draft.holder === number ? 0 : draft.holder, draft.sign === number ? 0 : draft.sign) >= number;
  const begin = (): Task => {
    shown.began = number;
    return { ...task, at: 'runs', age: 0, since: 0, gap: times.gap + 1 };
  };
  switch (task.at) {
    case 'waits':
      if (task.told) return undefined;
      if (!sees) return task;
      if (late) return undefined;
      if (draft.lock !== 0) {
        draft.sign = number;
        draft.fresh = true;
        return task;
      }
      draft.lock = number;
      draft.holder = number;
      if (draft.released) {
        draft.released = false;
        return begin();
      }
      return { ...task, at: 'takes', age: times.handover };
    case 'takes':
      if (task.told) return undefined;
      if (task.age > 1) return { ...task, age: task.age - 1 };
      if (!sees) return task;
      return draft.lock === number && draft.holder === number ? begin() : undefined;
    default:
      return hold(task, draft, sees, endsByItself, times, shown);
  }
}

function hold(
  before: Task,
  draft: Draft,
  sees: boolean,
  endsByItself: boolean,
  times: Times,
  shown: { madeWay?: number },
): Task | undefined {
  const { number } = before;
  if (sees && (draft.lock !== number || draft.holder !== number)) return undefined;
  let task: Task = { ...before, age: sees ? 0 : before.age + 1 };
  if (task.age >= times.proof) return undefined;
  if (task.at === 'ends') {
    if (!endsByItself && task.grace > 1) return { ...task, grace: task.grace - 1 };
    if (sees) draft.released = true;
    return undefined;
  }
  task = {
    ...task,
    gap: Math.min(task.gap + 1, times.gap + 1),
    since: Math.min(task.since + 1, times.patience),
  };
  let replaced = false;
  if (sees && draft.fresh) {
    draft.fresh = false;
    if (draft.sign > number) {
      const silent = task.gap;
      task = { ...task, since: silent > times.gap ? 0 : task.since, gap: 0 };
      replaced = task.since >= times.patience && silent <= times.twice;
    }
  }
  if (replaced && !task.told) shown.madeWay = number;
  return replaced || task.told ? { ...task, at: 'ends', grace: times.grace } : task;
}

/** The same world with small numbers, so that worlds that only differ in how often something was started are one. */
export function normal(world: World): World {
  const numbers = [...world.tasks.map(({ number }) => number), world.lock, world.holder, world.sign];
  const ranks = new Map(
    [...new Set([0, ...numbers])].toSorted((a, b) => a - b).map((number, rank) => [number, rank]),
  );
  const rank = (number: number) => ranks.get(number) ?? 0;
  const lock = world.tasks.some(({ number }) => number === world.lock) ? world.lock : 0;
  return {
    ...world,
    tasks: world.tasks.map((task) => ({ ...task, number: rank(task.number) })),
    lock: rank(lock),
    holder: rank(world.holder),
    sign: rank(world.sign),
  };
}
