import type { SecretName } from '../inventory/index.ts';
import type { Probe } from '../resource/index.ts';
import type { Secret } from '../shell/index.ts';

/** Facts by name, as a playbook asks for them. */
export type FactValues = Readonly<Record<string, unknown>>;

/** Seconds that a clock is ahead of ours, or behind where they are negative: as far as a look can bound them. */
export interface Ahead {
  readonly least: number;
  readonly most: number;
}

/** A host as a playbook sees it. `Settings` is the playbook's section for this host. */
export interface Host<Settings, Facts> {
  readonly name: string;
  readonly address: string;
  readonly settings: Settings;
  /** Absent where the host could not be reached. */
  readonly facts: Facts | undefined;
  /** Of its clock, when it was last looked at. Absent where that could not be told. */
  readonly ahead: Ahead | undefined;
  /** A command that a person can paste to run `command` as root on this host. */
  onHost(command: string, pasted?: Pasted): string;
}

export interface Pasted {
  /** It asks for something, as `docker swarm unlock` for a key: without a terminal it waits and says nothing, and what is typed is shown. */
  readonly asks: boolean;
}

export type ReachedHost<Settings, Facts> = Host<Settings, Facts> & { readonly facts: Facts };

/** All hosts, reached or not, and the part of the section that holds for all of them. */
export interface Cluster<Settings, HostSettings, Facts, Others = unknown> {
  readonly name: string;
  readonly settings: Settings;
  readonly hosts: readonly Host<HostSettings, Facts>[];
  /** The sections of other playbooks that this one reads, as they are for the whole cluster. */
  readonly others: Others;
  /** The value of a secret: for stages, `records` and `outside`. All others have names alone. */
  secret(name: SecretName): Secret;
  /** What the person who runs this has agreed to, beyond what a run does by itself. */
  readonly consents: ReadonlySet<Consent>;
}

/**
 * - `remount`: mounts in use are taken away and made anew, host by host, where their options have changed.
 * - `database-moved`: the accounts are in another database than the one that is in use, and the person has moved them there.
 */
export type Consent = 'remount' | 'database-moved';

export function isReached<S, F>(host: Host<S, F>): host is ReachedHost<S, F> {
  return host.facts !== undefined;
}

/** A host before anything was asked: what a fact's probe may depend on. */
export interface HostIdentity {
  readonly name: string;
  readonly address: string;
}

/** What the probe of a fact may depend on, where it is not the same everywhere. */
export interface FactAbout<Settings = unknown, Others = unknown> {
  readonly host: HostIdentity;
  /** The other hosts. */
  readonly peers: readonly HostIdentity[];
  /** The section of the playbook that asks, for the whole cluster. */
  readonly settings: Settings;
  readonly others: Others;
}

/**
 * What a playbook wants to know of each host: a probe, or one that depends on the host and on the inventory. A playbook calls it as it
 * likes; what several ask for by the same text is asked once.
 */
export type Fact<T, Settings = unknown, Others = unknown> =
  | Probe<T>
  | ((about: FactAbout<Settings, Others>) => Probe<T>);
