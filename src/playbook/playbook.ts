import { type ZodObject, type ZodType, z } from 'zod';
import type { Finding } from '../errors/index.ts';
import type { Section } from '../inventory/index.ts';
import { callerOf, checkDefinition } from '../resource/index.ts';
import { DEFINITION } from './definition.ts';
import type { Enquiry } from './enquiry.ts';
import type { Cluster, Fact } from './host.ts';
import type { OutsideCheck } from './outside-check.ts';
import type { AskedStage, Stage } from './stage.ts';
import type { StatusTable } from './status-table.ts';
import { Theirs } from './theirs.ts';
import type { Command, Denied, LogRequest, Removal } from './verb.ts';

/** A mistake that a schema cannot see, at a path of the whole inventory. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type FactSet<S = never, O = never> = Readonly<Record<string, Fact<unknown, S, O>>>;
type ValuesOf<F> = { readonly [K in keyof F]: F[K] extends Fact<infer T, never, never> ? T : never };

type SchemaSet = Readonly<Record<string, ZodType>>;
type OutputsOf<O extends SchemaSet> = { readonly [K in keyof O]: z.output<O[K]> };

/**
 * What a playbook file says. Its functions wait for nothing and change nothing: each is called whenever something is to be known by then.
 * One that gives several things gives a list, or is a generator.
 * `S` and `H` are the types of its section, for the cluster and for a host. */
interface Definition<S, H, F extends FactSet, O extends SchemaSet> {
  /** Also the name of its section in the inventory. */
  readonly name: string;
  readonly cluster?: ZodType<S>;
  readonly host?: ZodObject & ZodType<H>;
  /** Sections of other playbooks that it reads, by name, with the schema of each for the cluster. */
  readonly others?: O;
  readonly facts?: F;
  /** `provision validate`, and before every connection: mistakes that a schema cannot see. `facts` of all hosts are absent. */
  readonly validate?: (cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>) => Iterable<Mistake>;
  /**
   * What the facts show to be wrong. Asked before anything is changed, and again when the turn of the playbook comes
   * after others have changed something. A refusal ends the run.
   */
  readonly inspect?: (cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>) => Iterable<Finding>;
  readonly stages: readonly Stage<S, H, ValuesOf<F>, OutputsOf<O>>[];
  /** What `provision status` shows: from the facts, or asked for it alone. */
  readonly status?: (
    cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>,
  ) => Iterable<StatusTable | Enquiry<StatusTable>>;
  /** `provision dns`: the records to publish, as text of a zone file. */
  readonly dns?: (cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>) => Enquiry<string> | Denied;
  /** What `provision logs` can be asked for, by the inventory alone. */
  readonly services?: (cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>) => Iterable<string>;
  /** `provision logs`. */
  readonly logs?: (
    cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>,
    request: LogRequest,
  ) => Command | Denied;
  /** `provision remove-stack`. */
  readonly removeStack?: (cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>) => Removal | Denied;
  /** `provision check`, and after a run that changed something of this playbook. */
  readonly check?: (cluster: Cluster<S, H, ValuesOf<F>, OutputsOf<O>>) => OutsideCheck | Denied;
}

type AnyCluster = Cluster<unknown, unknown, unknown>;

/** A playbook as the engine sees it, its own types hidden inside. */
export interface Playbook extends Section {
  /** Where it is defined: `mine.ts:5`. */
  readonly origin: string | undefined;
  readonly others: SchemaSet;
  readonly facts: Readonly<Record<string, Fact<unknown>>>;
  readonly validate: (cluster: AnyCluster) => readonly Mistake[];
  readonly inspect: (cluster: AnyCluster) => readonly Finding[];
  readonly stages: readonly AskedStage[];
  readonly status: (cluster: AnyCluster) => readonly (StatusTable | Enquiry<StatusTable>)[];
  readonly dns: ((cluster: AnyCluster) => Enquiry<string> | Denied) | undefined;
  readonly services: (cluster: AnyCluster) => readonly string[];
  readonly logs: ((cluster: AnyCluster, request: LogRequest) => Command | Denied) | undefined;
  readonly removeStack: ((cluster: AnyCluster) => Removal | Denied) | undefined;
  readonly check: ((cluster: AnyCluster) => OutsideCheck | Denied) | undefined;
}

const BRAND = Symbol.for('provision.playbook');

/**
 * A playbook: what should hold, in stages. The engine gives each playbook exactly the section that its schemas
 * describe and the facts that it names, which is what makes the one cast here sound.
 */
export function definePlaybook<
  S = Record<string, never>,
  H = Record<string, never>,
  const O extends SchemaSet = Record<never, never>,
  const F extends FactSet<S, OutputsOf<O>> = Record<never, never>,
>(definition: Definition<S, H, F, O>): Playbook {
  const origin = callerOf(definePlaybook);
  const { name } = (definition ?? {}) as Partial<typeof definition>;
  checkDefinition(typeof name === 'string' ? `playbook ${name}` : 'playbook', definition, DEFINITION, origin);
  const { cluster = z.strictObject({}), host = z.strictObject({}), others = {}, facts = {} } = definition;
  const none = () => [];
  const theirs = new Theirs(definition.name, origin);
  const playbook = {
    name,
    origin,
    cluster,
    host,
    others,
    facts: Object.fromEntries(
      Object.entries<Fact<unknown, S, OutputsOf<O>>>(facts).map(([key, fact]) => [
        key,
        typeof fact === 'function' ? theirs.fact(`facts.${key}`, fact) : fact,
      ]),
    ),
    validate: theirs.verb('validate', definition.validate ?? none),
    inspect: theirs.verb('inspect', definition.inspect ?? none),
    stages: definition.stages.map((stage) => theirs.stage(stage)),
    status: theirs.reading('status', theirs.verb('status', definition.status ?? none)),
    dns: definition.dns && theirs.reading('dns', theirs.verb('dns', definition.dns)),
    services: theirs.verb('services', definition.services ?? none),
    logs: definition.logs && theirs.verb('logs', definition.logs),
    removeStack: definition.removeStack && theirs.verb('removeStack', definition.removeStack),
    check: definition.check && theirs.looking(theirs.verb('check', definition.check)),
    [BRAND]: true,
  };
  return playbook as unknown as Playbook;
}

export function isPlaybook(value: unknown): value is Playbook {
  return typeof value === 'object' && value !== null && BRAND in value;
}
