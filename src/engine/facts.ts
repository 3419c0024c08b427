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
): FactProbes {
  const peers = hosts.filter(({ name }) => name !== host.name);
  const facts = new Map<string, Fact<unknown>>(playbooks.flatMap(({ facts }) => Object.entries(facts)));
  return new Map([...facts].map(([name, fact]) => [name, fact.probe(host, peers)]));
}

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
