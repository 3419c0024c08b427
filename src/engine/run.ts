import type { InventoryHost } from '../inventory/index.ts';
import type { Ahead, Playbook } from '../playbook/index.ts';
import { byName, type Output, type Resource } from '../resource/index.ts';
import type { Script } from '../shell/index.ts';
import { ALL_STAGES, type BuiltStage, resourcesOn, type Span, stagesIn } from './built-stage.ts';
import { type FactProbes, type Facts, factProbes, probesFor, readFacts, withFacts } from './facts.ts';
import { type Asked, aheadOf, READ_CLOCK } from './host-clock.ts';
import { ofOwnEngine, READ_ENGINE } from './own-engine.ts';
import type { HostFailure } from './plan.ts';
import type { RunOptions } from './run-options.ts';
import { clusterOf } from './sections.ts';
import type { Session } from './session.ts';

/** What is known of a host at this moment of a run. */
export interface HostState {
  readonly host: InventoryHost;
  readonly probes: FactProbes;
  session: Session | undefined;
  /** Why it has failed, in the order in which that was seen. */
  errors: readonly unknown[];
  facts: Facts | undefined;
  ahead: Ahead | undefined;
  /** Whether a person's `docker` may ask another engine there. */
  otherEngine: boolean;
  /** The last answers by the text of the question. Those of earlier stages stay, for what refers to them. */
  outputs: ReadonlyMap<string, Output>;
  /** Which stages were looked at, and at which moment. */
  looks: readonly (Span & { readonly moment: number })[];
  /** The moment of the last change on this host. */
  changedAt: number;
}

/** What it was told, and all hosts as they were last seen. Nothing is remembered between runs. */
export class Run {
  readonly options: RunOptions;
  readonly states: ReadonlyMap<string, HostState>;
  #moment = 0;

  constructor(options: RunOptions) {
    this.options = {
      ...options,
      onHost: (host, command, pasted) =>
        options.onHost(
          host,
          this.states.get(host)?.otherEngine === true ? ofOwnEngine(command) : command,
          pasted,
        ),
    };
    const { inventory, playbooks } = options;
    const sections = new Map(playbooks.map((playbook) => [playbook, clusterOf(inventory, playbook)]));
    this.states = new Map(
      inventory.hosts.toSorted(byName).map((host) => [
        host.name,
        {
          host,
          probes: factProbes(playbooks, host, inventory.hosts, sections),
          session: undefined,
          errors: [],
          facts: undefined,
          ahead: undefined,
          otherEngine: false,
          outputs: new Map(),
          looks: [],
          changedAt: 0,
        },
      ]),
    );
  }

  state(host: string): HostState {
    const state = this.states.get(host);
    if (state === undefined) throw new Error(`unknown host ${host}`);
    return state;
  }

  fail(host: string, error: unknown): void {
    const state = this.state(host);
    state.errors = [...state.errors, error];
    state.facts = undefined;
    this.options.emit({ kind: 'host-failed', host, error });
  }

  /** The hosts that failed, each with its errors. */
  failures(): readonly HostFailure[] {
    return [...this.states.values()].flatMap(({ host, errors }) =>
      errors.map((error) => ({ host: host.name, error })),
    );
  }

  /** Asks for the facts alone: all of them, or those of some playbooks. */
  async gather(state: HostState, playbooks?: readonly Playbook[]): Promise<void> {
    const facts = playbooks === undefined ? state.probes : probesFor(playbooks, state.probes);
    await this.#ask(state, this.look([], facts), 'facts');
  }

  /** Asks in one exec for what these stages are decided by: the facts of their playbooks, and all that their resources probe. */
  async observe(state: HostState, built: readonly BuiltStage[], span = ALL_STAGES): Promise<void> {
    const stages = stagesIn(built, span);
    // Right after the facts they need not be asked for again.
    const isFirst = state.looks.length === 0;
    const facts = isFirst
      ? undefined
      : probesFor(
          stages.map(({ playbook }) => playbook),
          state.probes,
        );
    await this.#ask(state, this.look(resourcesOn(state.host.name, stages), facts), 'observe');
    this.looked(state, span);
  }

  /** A look that somebody else puts to the host: what to ask, and what to do with the answers. */
  look(resources: readonly Resource[], facts: FactProbes | undefined): Look {
    const questions = questionsOf(resources);
    const known = [...(facts?.questions.values() ?? [])];
    return {
      fragments: [READ_CLOCK, READ_ENGINE, ...known, ...questions.values(), READ_CLOCK],
      keep: (state, [first, engine, ...outputs], asked) => {
        if (facts !== undefined) state.facts = withFacts(state.facts, readFacts(facts, outputs));
        state.ahead = aheadOf(first, outputs.at(-1), asked);
        state.otherEngine = engine?.stdout !== '';
        keep(state, questions, outputs.slice(known.length));
      },
    };
  }

  /** Puts the questions of these resources again, and nothing else. */
  async askAgain(state: HostState, resources: readonly Resource[]): Promise<void> {
    const questions = questionsOf(resources);
    const answers = await (state.session as Session).ask([...questions.values()], 'settle');
    keep(state, questions, answers);
  }

  changed(state: HostState): void {
    state.changedAt = ++this.#moment;
  }

  looked(state: HostState, span = ALL_STAGES): void {
    state.looks = [...state.looks, { ...span, moment: ++this.#moment }];
  }

  /** Whether the host itself was changed after it was last looked at for a stage: what is known of it may be wrong. */
  isOutdated(state: HostState, index: number): boolean {
    return state.changedAt > lookedAt(state, index);
  }

  /** Whether another host was changed after this one was last looked at for a stage. */
  isStale(state: HostState, index: number): boolean {
    const moment = lookedAt(state, index);
    return [...this.states.values()].some((other) => other !== state && other.changedAt > moment);
  }

  async #ask(state: HostState, { fragments, keep }: Look, purpose: 'facts' | 'observe'): Promise<void> {
    const sent = Date.now();
    const outputs = await (state.session as Session).ask(fragments, purpose);
    keep(state, outputs, { sent, answered: Date.now() });
  }
}

/** Questions for a host, and what becomes of their answers. */
export interface Look {
  readonly fragments: readonly Script[];
  readonly keep: (state: HostState, outputs: readonly Output[], asked: Asked) => void;
}

function lookedAt({ looks }: HostState, index: number): number {
  return looks.findLast(({ from, to }) => from <= index && index <= to)?.moment ?? 0;
}

/** Each question once, by its text. */
function questionsOf(resources: readonly Resource[]): ReadonlyMap<string, Script> {
  return new Map(resources.map(({ probe }) => [probe.reveal(), probe]));
}

/** Answers in the order of their questions. */
function keep(state: HostState, questions: ReadonlyMap<string, Script>, answers: readonly Output[]): void {
  const fresh = [...questions.keys()].map((text, index) => [text, answers[index] as Output] as const);
  state.outputs = new Map([...state.outputs, ...fresh]);
}
