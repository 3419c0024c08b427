import type { Probe, Resource } from '../resource/index.ts';
import type { Cluster, ReachedHost } from './host.ts';

/** A condition outside the host that is being changed, asked until it holds. */
export interface Gate {
  /** What must hold, for people: `the other managers are reachable`. */
  readonly title: string;
  /** The host that is asked. */
  readonly on: string;
  /** `true`, or why not yet. */
  readonly probe: Probe<true | string>;
  /** Seconds until the run gives up. */
  readonly patience: number;
  /** What a person does where it stays closed: exact commands, or what to wait for. Default: wait, and run again. */
  readonly fix?: readonly string[];
}

/** One gate or several, each asked once the one before it holds. None: the run goes on. */
export type Gates = Gate | undefined | readonly (Gate | undefined)[];

/** The gates that there are. */
export function gatesOf(gates: Gates): readonly Gate[] {
  return [gates].flat().filter((gate) => gate !== undefined);
}

/** One host at a time, with conditions around each. */
export interface Rolling<S, H, F, O = unknown> {
  /** Hosts that may be changed at the same time as others, with no gate before. Default: none. */
  readonly apart?: (host: ReachedHost<H, F>, cluster: Cluster<S, H, F, O>) => boolean;
  /** What must hold before a host is touched. */
  readonly before?: (host: ReachedHost<H, F>, cluster: Cluster<S, H, F, O>) => Gates;
  /** What must hold again before the run goes on, once the host is changed. */
  readonly after?: (host: ReachedHost<H, F>, cluster: Cluster<S, H, F, O>) => Gates;
}

/** A barrier over the hosts: all end a stage before one begins the next. */
export interface Stage<S, H, F, O = unknown> {
  readonly name: string;
  /** Which hosts it is about, as pure as `resources`. Default: all. */
  readonly on?: (host: ReachedHost<H, F>, cluster: Cluster<S, H, F, O>) => boolean;
  /** What should hold on a host, in order: a list, or a generator. Pure: it sees the facts of every host and asks nothing. */
  readonly resources: (host: ReachedHost<H, F>, cluster: Cluster<S, H, F, O>) => Iterable<Resource>;
  readonly rolling?: Rolling<S, H, F, O>;
  /**
   * What it does depends on what every host says at that moment: all are asked for their facts again right before it acts, and
   * the playbook what it refuses by them. Default: a host is asked again where another was changed since.
   */
  readonly decidedBy?: 'all hosts';
}

/** A stage as the engine sees it: on a host that it is not about, nothing should hold. */
export interface AskedStage extends Omit<Stage<unknown, unknown, unknown>, 'on' | 'resources'> {
  readonly resources: (
    host: ReachedHost<unknown, unknown>,
    cluster: Cluster<unknown, unknown, unknown>,
  ) => readonly Resource[];
}
