import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, RunOptions } from '../../src/engine/index.ts';
import { type Inventory, loadInventory } from '../../src/inventory/index.ts';
import type { Playbook } from '../../src/playbook/index.ts';
import type { Script } from '../../src/shell/index.ts';
import { localTransport } from '../../src/transport/local.ts';
import type { ScriptOptions, Transport } from '../../src/transport/transport.ts';

/** Hosts that are folders of this machine: a real shell runs the engine's real scripts, with `/host` as a folder. */
export class Hosts {
  readonly events: Event[] = [];
  readonly scripts = new Map<string, string[]>();
  readonly stop = new AbortController();
  readonly abort = new AbortController();
  readonly #root = mkdtempSync(join(tmpdir(), 'provision-engine-'));
  readonly inventory: Inventory;
  readonly #playbooks: readonly Playbook[];
  readonly #unreachable: ReadonlySet<string>;

  constructor(names: readonly string[], playbooks: readonly Playbook[], unreachable: readonly string[] = []) {
    const hosts = names.map((name, index) => `  ${name}: { address: 192.0.2.${index + 1} }`).join('\n');
    const { inventory } = loadInventory(`cluster: test\nhosts:\n${hosts}\n`, 'test.yaml', playbooks);
    if (inventory === undefined) throw new Error('the inventory of the test is wrong');
    this.inventory = inventory;
    this.#playbooks = playbooks;
    this.#unreachable = new Set(unreachable);
  }

  folder(host: string): string {
    return join(this.#root, host);
  }

  options(selected: readonly string[] = this.inventory.hosts.map(({ name }) => name)): RunOptions {
    return {
      inventory: this.inventory,
      playbooks: this.#playbooks,
      consents: new Set(),
      secrets: new Map(),
      selected: new Set(selected),
      connect: async ({ name }) => {
        if (this.#unreachable.has(name)) throw new Error(`${name} is unplugged`);
        return this.#transport(name);
      },
      onHost: (host, command) => `on ${host}: ${command}`,
      emit: (event) => void this.events.push(event),
      concurrency: 10,
      patience: { question: 20_000, stage: 20_000 },
      holder: 'the test',
      stop: this.stop.signal,
      abort: this.abort.signal,
    };
  }

  /** Scripts that a host was sent, since the last look. */
  took(host: string): number {
    const count = this.scripts.get(host)?.length ?? 0;
    this.scripts.set(host, []);
    return count;
  }

  changed(): readonly string[] {
    return this.events
      .filter((event) => event.kind === 'changed')
      .map(
        ({ host, resource, changes }) =>
          `${host}: ${resource}: ${changes.map(({ field }) => field).join(', ')}`,
      );
  }

  #transport(name: string): Transport {
    const local = localTransport(name);
    const here = (text: string) =>
      text
        .replaceAll('/run/provision.lock', `${this.folder(name)}.lock`)
        .replaceAll('/host/', `${this.folder(name)}/`);
    return {
      name,
      run: (script: Script, options?: ScriptOptions) => {
        this.scripts.set(name, [...(this.scripts.get(name) ?? []), script.shown]);
        return local.run(script.map(here), options);
      },
      [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
    };
  }
}
