import { isDeepStrictEqual } from 'node:util';
import type { ZodType } from 'zod';
import { atOnce, optional, type Shape, words } from '../schema/index.ts';
import type { Script } from '../shell/index.ts';
import type { Change } from './change.ts';
import { callerOf, originOf } from './origin.ts';
import { askPlaybookCode, checkDefinition } from './playbook-code.ts';
import { type Output, type Probe, Unobservable } from './probe.ts';
import { isRef, type Ref, type Resolve } from './ref.ts';
import { CHANGES, KIND, PROBE, REF, RESTARTS, SETTLING, STEPS, STEPS_WITHOUT_END, TEXTS } from './shapes.ts';
import { wantOf } from './want.ts';

/** A command of an apply script. */
export interface Step {
  /** What it does, in the imperative: `install docker.io`. */
  readonly title: string;
  readonly script: Script;
  /**
   * It ends the machine: the connection may be lost from here on. The run waits until the host answers from another boot, takes its
   * lock again, and then goes on with the steps after it. Default: it does not, and a connection that is lost ends the run.
   */
  readonly reboots?: {
    /** Seconds until it has to answer from the next boot. */
    readonly within: number;
  };
}

/** Something that goes on by itself once the commands of `apply` have ended: tasks that start, copies that heal. */
export interface Settling {
  /** How far it is, a line a part, for people: `imap: 0 of 1 running (starting)`. */
  readonly progress: readonly string[];
  /** Seconds from the end of `apply` until it is given up. */
  readonly patience: number;
  /** Why it will not come about, where that is certain by now. */
  readonly failed?: string;
  /** What tells a person more of that: the last lines of a log. */
  readonly details?: readonly string[];
}

/** What people or programs will notice: it stops for a moment, or for good. */
export interface Restart {
  /** What stops: `docker.service`, `imap`. */
  readonly name: string;
  /** Whether it is on the host that is changed, or somewhere in the swarm. */
  readonly here: boolean;
  /** For how long, and what stops with it, for people: `about half a minute, with its containers`, `for good`. */
  readonly pause?: string;
}

/** What the resources before this one, on the same host and stage, are about to change. */
export interface Pending {
  /** Paths whose content will be written. */
  readonly paths: ReadonlySet<string>;
}

/**
 * A kind of thing that can hold on a host, as four pure functions. `Want` is what should hold, `Have` what a probe
 * found, `Out` what others may refer to. None of them waits for anything, and each may be called more often than its answer is needed.
 */
export interface ResourceType<Input, Want, Have, Out = undefined, Own extends Change = Change> {
  readonly kind: string;
  readonly want: ZodType<Want, Input>;
  /** Tells two resources of this kind on a host apart: a path, a unit's name. */
  key(want: Want): string;
  observe(want: Want): Probe<Have>;
  /**
   * The differences, each named. None means converged. A kind may put more into a change than a plan lists, which of several things it is
   * about: the other functions are given it as it is.
   */
  diff(want: Want, have: Have, pending: Pending): readonly Own[];
  /**
   * Commands that remove exactly `changes`. Running them again after an abort must be harmless. A plan asks for them, too: what is wrong
   * with them is told before anything is changed.
   */
  apply(want: Want, have: Have, changes: readonly Own[], resolve: Resolve): readonly Step[];
  output?(want: Want, have: Have): Out;
  /** Asked after `apply`, again and again, until it tells nothing more. Then `diff` decides. */
  settling?(want: Want, have: Have): Settling | undefined;
  /** What these changes stop. Default: nothing. */
  restarts?(want: Want, changes: readonly Own[]): readonly Restart[];
  /** What of these changes no run takes back, each in a clause: a number of copies, a database that is converted. Default: nothing. */
  lasting?(want: Want, changes: readonly Own[]): readonly string[];
  /** The changes where nothing of it is there yet: `lasting` tells what they mean while the host cannot be asked. Default: none. */
  asNew?(want: Want): readonly Own[];
  /** Paths whose content these changes write, for what is restarted by a newer configuration. */
  writes?(want: Want, changes: readonly Own[]): readonly string[];
  /** The host, by its name in the inventory, that is changed through the one that it is wanted on: `--limit` goes by it. Default: none. */
  about?(want: Want): string | undefined;
  /** Whether its steps may end the machine (`Step.reboots`). Then a stage that has it on several hosts has to be `rolling`. Default: they do not. */
  readonly endsMachine?: boolean;
}

/** What a resource makes of a host's answer. */
export type Judgement =
  | {
      readonly state: 'unobservable';
      readonly reason: string;
      /** What no run takes back, where nothing of it is there yet. */
      readonly lasting: readonly string[];
    }
  | {
      readonly state: 'observed';
      readonly changes: readonly Change[];
      readonly output: unknown;
      readonly writes: readonly string[];
      readonly restarts: readonly Restart[];
      readonly lasting: readonly string[];
      readonly settling: Settling | undefined;
      steps(resolve: Resolve): readonly Step[];
    };

/** Something that should hold on a host. What it found is hidden inside, so lists of unlike resources are sound. */
export interface Resource {
  readonly kind: string;
  readonly key: string;
  /** `kind key`, unique on a host. */
  readonly id: string;
  readonly probe: Script;
  /** Whether the same is wanted by another of its kind and key. */
  isLike(other: Resource): boolean;
  /** What it needs of other resources. */
  readonly refs: readonly Ref[];
  /** Where a playbook asked for it: `docker.ts:31`. */
  readonly origin: string | undefined;
  /** The host that it changes, where that is another than the one whose shell does it. */
  readonly about: string | undefined;
  /** Whether its steps may end the machine. */
  readonly endsMachine: boolean;
  /** @throws ProbeError where the host was asked and the answer tells nothing. */
  judge(output: Output, pending: Pending): Judgement;
}

/** Makes a resource of this kind. `ref` names what such a resource puts out on a host. */
export interface ResourceFactory<Input, Out> {
  (want: Input): Resource;
  readonly kind: string;
  /** What can be wanted of it, for whoever tells of kinds. */
  readonly want: ZodType<unknown, Input>;
  ref<T>(host: string, key: string, pick: (output: Out) => T | undefined): Ref<T>;
}

export function defineResource<Input, Want, Have, Out = undefined, Own extends Change = Change>(
  type: ResourceType<Input, Want, Have, Out, Own>,
): ResourceFactory<Input, Out> {
  const at = callerOf(defineResource);
  checkDefinition(`kind ${type?.kind ?? ''}`.trim(), type, KIND, at);
  const wants = new WeakMap<Resource, Want>();
  const make = (input: Input): Resource => {
    const made = new Error();
    const ask = asking(type.kind, at);
    const want = wantOf(type.kind, type.want, input, { made, at });
    const key = ask('key', words, () => type.key(want));
    const id = `${type.kind} ${key}`;
    const theirs = asking(id, at);
    const probe = theirs('observe', PROBE, () => type.observe(want));
    const resource: Resource = {
      kind: type.kind,
      key,
      id,
      probe: probe.script,
      isLike: (other) => isDeepStrictEqual(want, wants.get(other)),
      refs: Object.values(want as object).filter(isRef),
      about: type.about && theirs('about', optional(words), () => type.about?.(want)),
      endsMachine: type.endsMachine ?? false,
      get origin() {
        return originOf(made.stack ?? '');
      },
      judge: (output, pending) =>
        judge(
          type,
          want,
          theirs('parse', atOnce, () => probe.parse(output)),
          pending,
          theirs,
        ),
    };
    wants.set(resource, want);
    return resource;
  };
  const ref = <T>(host: string, key: string, pick: (output: Out) => T | undefined): Ref<T> => {
    const chosen = callerOf(ref);
    const what = `${type.kind}.ref`;
    checkDefinition(what, { host, key, pick }, REF, chosen);
    const theirs = asking(what, chosen);
    return {
      host,
      resource: `${type.kind} ${key}`,
      pick: (output) => theirs('pick', atOnce, () => pick(output as Out)),
    };
  };
  return Object.assign(make, { kind: type.kind, want: type.want, ref });
}

/** Runs a function of a kind and checks what it gives. */
type Ask = <T>(name: string, shape: Shape, code: () => T) => T;

const asking =
  (what: string, at: string | undefined): Ask =>
  (name, shape, code) =>
    askPlaybookCode({ what, name, at }, shape, code);

function judge<Input, Want, Have, Out, Own extends Change>(
  type: ResourceType<Input, Want, Have, Out, Own>,
  want: Want,
  have: Have | Unobservable,
  pending: Pending,
  ask: Ask,
): Judgement {
  const lasting = (changes: readonly Own[]) =>
    ask('lasting', TEXTS, () => type.lasting?.(want, changes) ?? []);
  if (have instanceof Unobservable) {
    const asNew = ask('asNew', CHANGES, () => type.asNew?.(want) ?? []);
    return { state: 'unobservable', reason: have.reason, lasting: lasting(asNew) };
  }
  const changes = ask('diff', CHANGES, () => type.diff(want, have, pending));
  return {
    state: 'observed',
    changes: changes.map(({ field, from, to }) => ({ field, from, to })),
    output: ask('output', atOnce, () => type.output?.(want, have)),
    writes: ask('writes', TEXTS, () => type.writes?.(want, changes) ?? []),
    restarts: ask('restarts', RESTARTS, () => type.restarts?.(want, changes) ?? []),
    lasting: lasting(changes),
    settling: ask('settling', SETTLING, () => type.settling?.(want, have)),
    steps: (resolve) =>
      changes.length === 0
        ? []
        : ask('apply', type.endsMachine ? STEPS : STEPS_WITHOUT_END, () =>
            type.apply(want, have, changes, resolve),
          ),
  };
}
