import type { Change } from '../resource/index.ts';
import type { HostSummary } from './events.ts';
import type { Run } from './run.ts';

/** What a run has changed so far. */
export class ChangesMade {
  readonly #changed = new Map<string, number>();
  /** Names of the playbooks that changed something. */
  readonly playbooks = new Set<string>();

  readonly #begun = new Set<string>();

  /** Commands are sent to a host. */
  begin(host: string): void {
    this.#begun.add(host);
  }

  /** What they did has been looked at, and counted. */
  prove(host: string): void {
    this.#begun.delete(host);
  }

  add(host: string, playbook: string, changes: readonly Change[]): void {
    this.playbooks.add(playbook);
    this.#changed.set(host, this.#of(host) + changes.length);
  }

  get changes(): number {
    return [...this.#changed.values()].reduce((sum, count) => sum + count, 0);
  }

  summaries({ states, options }: Run): readonly HostSummary[] {
    return [...states.values()].map(({ host: { name }, errors, session }): HostSummary => {
      const changed = this.#of(name);
      const whole = changed > 0 ? 'changed' : 'ok';
      const result = errors.length === 0 ? whole : session === undefined ? 'unreachable' : 'failed';
      const begun = this.#begun.has(name) ? { begun: true } : {};
      return { host: name, selected: options.selected.has(name), changed, result, ...begun };
    });
  }

  #of(host: string): number {
    return this.#changed.get(host) ?? 0;
  }
}
