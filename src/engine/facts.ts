import type { InventoryHost } from '../inventory/index.ts';
import type { Fact, Playbook } from '../playbook/index.ts';
import { type Output, type Probe, Unobservable } from '../resource/index.ts';
import { CouldNotLook } from './failures.ts';

/** The questions for a host's facts, by the name that playbooks know them by. */
export type FactProbes = ReadonlyMap<string, Probe<unknown>>;

/** What all playbooks want to know about a host, each thing once. */
export function factProbes(
  playbooks: readonly Playbook[],
  host: InventoryHost,
  hosts: readonly InventoryHost[],
  sections: ReadonlyMap<Playbook, Sections>,
): FactProbes {
  const peers = hosts.filter(({ name }) => name !== host.name);
  const facts = playbooks.flatMap((playbook) =>
    Object.entries(playbook.facts).map(([name, fact]) => [name, { playbook, fact }] as const),
  );
  return new Map(
    [...new Map(facts)].map(([name, { playbook, fact }]) => [
      name,
      fact.probe(host, peers, sections.get(playbook) as Sections),
    ]),
  );
}

/** What the inventory says to a playbook. */
type Sections = Parameters<Fact<unknown>['probe']>[2];

export function readFacts(probes: FactProbes, outputs: readonly Output[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...probes].map(([name, probe], index) => {
      const output = outputs[index] ?? { code: 1, stdout: '', stderr: 'no answer' };
      try {
        const value = probe.parse(output);
        if (value instanceof Unobservable) throw new Error(value.reason);
        return [name, value];
      } catch (error) {
        throw new CouldNotLook(`could not gather the facts \`${name}\``, error);
      }
    }),
  );
}
