import type { Inventory, InventoryHost } from '../inventory/index.ts';
import type { Consent, Playbook } from '../playbook/index.ts';
import type { Output, Resource } from '../resource/index.ts';
import type { Script, Secret } from '../shell/index.ts';
import type { Emit } from './events.ts';
import { type FactProbes, factProbes, readFacts } from './facts.ts';
import type { HostFailure } from './plan.ts';
import type { Session } from './session.ts';

/** What is known of a host at this moment of a run. */
export interface HostState {
  readonly host: InventoryHost;
  readonly probes: FactProbes;
  session: Session | undefined;
  error: unknown;
  facts: Readonly<Record<string, unknown>> | undefined;
  askedAt: number;
  /** The last answers by the text of the question. Those of earlier stages stay, for what refers to them. */
  outputs: ReadonlyMap<string, Output>;
  /** The moment of the last look at this host, and of the last change on it. */
  lookedAt: number;
  changedAt: number;
}

/** What is known before anything is asked. */
interface Given {
  readonly inventory: Inventory;
  readonly playbooks: readonly Playbook[];
  readonly consents: ReadonlySet<Consent>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly emit: Emit;
}

/** All hosts as they were last seen. Lives as long as a run: nothing is remembered between runs. */
export class World {
  readonly inventory: Inventory;
  readonly playbooks: readonly Playbook[];
  readonly states: ReadonlyMap<string, HostState>;
  readonly consents: ReadonlySet<Consent>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly emit: Emit;
  #moment = 0;

  constructor({ inventory, playbooks, consents, secrets, emit }: Given) {
    this.consents = consents;
    this.secrets = secrets;
    this.inventory = inventory;
    this.playbooks = playbooks;
    this.emit = emit;
    this.states = new Map(
      inventory.hosts.map((host) => [
        host.name,
        {
          host,
          probes: factProbes(playbooks, host, inventory.hosts),
          session: undefined,
          error: undefined,
          facts: undefined,
          askedAt: 0,
          outputs: new Map(),
          lookedAt: 0,
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
    state.error = error;
    state.facts = undefined;
    this.emit({ kind: 'host-failed', host, error });
  }

  /** The hosts that failed, each with its error. */
  failures(): readonly HostFailure[] {
    return [...this.states.values()]
      .filter(({ error }) => error !== undefined)
      .map(({ host, error }) => ({ host: host.name, error }));
  }

  /** Asks for the facts alone. */
  async gather(state: HostState): Promise<void> {
    await this.#look(state, [], 'facts');
  }

  /** Asks for the facts and for everything that these resources probe, in one exec. */
  async observe(state: HostState, resources: readonly Resource[]): Promise<void> {
    await this.#look(state, resources, 'observe');
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

  /** Whether another host was changed after this one was last looked at. */
  isStale(state: HostState): boolean {
    return [...this.states.values()].some((other) => other !== state && other.changedAt > state.lookedAt);
  }

  async #look(state: HostState, resources: readonly Resource[], purpose: 'facts' | 'observe'): Promise<void> {
    const facts = [...state.probes.values()].map(({ script }) => script);
    const questions = questionsOf(resources);
    const before = Date.now();
    const withFacts = purpose === 'facts' || state.lookedAt > 0;
    const asked = [...(withFacts ? facts : []), ...questions.values()];
    const outputs = await (state.session as Session).ask(asked, purpose);
    if (withFacts) {
      state.facts = readFacts(state.probes, outputs);
      state.askedAt = (before + Date.now()) / 2;
    }
    const answers = outputs.slice(withFacts ? facts.length : 0);
    if (purpose === 'observe') {
      keep(state, questions, answers);
      state.lookedAt = ++this.#moment;
    }
  }
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
