import { ProvisionError } from '../errors/index.ts';
import type { InventoryHost } from '../inventory/index.ts';
import type { FactAbout, Playbook } from '../playbook/index.ts';
import { askPlaybookCode, type Output, type Probe, Unobservable } from '../resource/index.ts';
import { atOnce } from '../schema/index.ts';
import type { Script } from '../shell/index.ts';
import { CouldNotLook } from './failures.ts';

/** What all playbooks want to know of a host. */
export interface FactProbes {
  /** Each question once, by its text. */
  readonly questions: ReadonlyMap<string, Script>;
  readonly wanted: readonly Wanted[];
}

interface Wanted {
  readonly playbook: string;
  readonly origin: string | undefined;
  /** As the playbook calls it. */
  readonly name: string;
  readonly probe: Probe<unknown>;
}

/** By the name of the playbook, and by what it calls each. */
export type Facts = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

export function factProbes(
  playbooks: readonly Playbook[],
  host: InventoryHost,
  hosts: readonly InventoryHost[],
  sections: ReadonlyMap<Playbook, Section>,
): FactProbes {
  const peers = hosts.filter(({ name }) => name !== host.name);
  const wanted = playbooks.flatMap((playbook) =>
    Object.entries(playbook.facts).map(([name, fact]) => ({
      playbook: playbook.name,
      origin: playbook.origin,
      name,
      probe:
        typeof fact === 'function' ? fact({ host, peers, ...(sections.get(playbook) as Section) }) : fact,
    })),
  );
  return { wanted, questions: new Map(wanted.map(({ probe: { script } }) => [script.reveal(), script])) };
}

/** What the inventory says to a playbook. */
type Section = Pick<FactAbout, 'settings' | 'others'>;

/** What some playbooks want to know; by an answer that others share they know it too. */
export function probesFor(playbooks: readonly Playbook[], { wanted, questions }: FactProbes): FactProbes {
  const names = new Set(playbooks.map(({ name }) => name));
  const asked = new Set(
    wanted.filter(({ playbook }) => names.has(playbook)).map(({ probe }) => probe.script.reveal()),
  );
  return {
    wanted: wanted.filter(({ probe }) => asked.has(probe.script.reveal())),
    questions: new Map([...questions].filter(([text]) => asked.has(text))),
  };
}

/** Facts of which some were asked again. */
export function withFacts(before: Facts | undefined, fresh: Facts): Facts {
  const merged = [...fresh].map(
    ([playbook, values]) => [playbook, { ...before?.get(playbook), ...values }] as const,
  );
  return new Map([...(before ?? []), ...merged]);
}

/** @param outputs in the order of the questions. */
export function readFacts({ questions, wanted }: FactProbes, outputs: readonly Output[]): Facts {
  const answers = new Map([...questions.keys()].map((text, index) => [text, outputs[index]]));
  const values = new Map<Probe<unknown>, unknown>();
  const facts = new Map<string, Record<string, unknown>>();
  for (const one of wanted) {
    const { playbook, name, probe } = one;
    if (!values.has(probe)) values.set(probe, read(one, answers.get(probe.script.reveal())));
    facts.set(playbook, { ...facts.get(playbook), [name]: values.get(probe) });
  }
  return facts;
}

function read(
  { playbook, origin: at, name, probe }: Wanted,
  output: Output = { code: 1, stdout: '', stderr: 'no answer' },
): unknown {
  const what = `playbook ${playbook}: facts.${name}`;
  try {
    const value = askPlaybookCode({ what, name: 'parse', at }, atOnce, () => probe.parse(output));
    if (value instanceof Unobservable) throw new Error(value.reason);
    return value;
  } catch (error) {
    if (error instanceof ProvisionError) throw error;
    throw new CouldNotLook(`could not gather the facts \`${name}\``, error);
  }
}

/** Facts for people: by their names, and where two playbooks give one name to different things, `playbook.name`. */
export function factsByName(facts: Facts): Readonly<Record<string, unknown>> {
  const all = [...facts].flatMap(([playbook, values]) =>
    Object.entries(values).map(([name, value]) => ({ playbook, name, value })),
  );
  return Object.fromEntries(
    all.map(({ playbook, name, value }) => {
      const isOne = all.every((other) => other.name !== name || other.value === value);
      return [isOne ? name : `${playbook}.${name}`, value];
    }),
  );
}
