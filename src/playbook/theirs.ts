import { askPlaybookCode, PROBE, type Probe, runPlaybookCode } from '../resource/index.ts';
import type { Shape } from '../schema/index.ts';
import { ANSWERS, READ } from './answers.ts';
import { isEnquiry } from './enquiry.ts';
import type { Cluster } from './host.ts';
import type { OutsideCheck } from './outside-check.ts';
import type { Rolling, Stage } from './stage.ts';
import { type Denied, isDenied } from './verb.ts';

type Hosts = Pick<Cluster<unknown, unknown, unknown>, 'hosts'>;

/** The functions of a playbook, each so that what it throws, or gives and nobody can use, is told as a mistake of the playbook. */
export class Theirs {
  readonly #name: string;
  readonly #origin: string | undefined;

  constructor(name: string, origin: string | undefined) {
    this.#name = name;
    this.#origin = origin;
  }

  /** A function of the playbook that is asked about the cluster. */
  verb<C extends Hosts, A extends readonly unknown[], R>(
    name: keyof typeof ANSWERS,
    code: (cluster: C, ...more: A) => R,
  ): (cluster: C, ...more: A) => R {
    return (cluster, ...more) => this.#ask(name, ANSWERS[name](cluster), () => code(cluster, ...more));
  }

  /** The same, where some of what it gives is read later. */
  reading<A extends readonly unknown[], R>(
    name: keyof typeof READ,
    ask: (...args: A) => R,
  ): (...args: A) => R {
    const checked = (part: unknown): unknown =>
      isEnquiry(part)
        ? {
            ...part,
            read: (outputs: never) => this.#ask(`${name}.read`, READ[name], () => part.read(outputs)),
          }
        : part;
    return (...args) => {
      const given = ask(...args);
      return (Array.isArray(given) ? given.map(checked) : checked(given)) as R;
    };
  }

  /** The same, where it gives a look from this machine, which is made later. */
  looking<C extends Hosts>(
    ask: (cluster: C) => OutsideCheck | Denied,
  ): (cluster: C) => OutsideCheck | Denied {
    return (cluster) => {
      const given = ask(cluster);
      if (isDenied(given)) return given;
      const look: OutsideCheck['look'] = async (how) => {
        const [seen] = await Promise.allSettled([(async () => given.look(how))()]);
        return this.#ask('check.look', ANSWERS.look(cluster), () => {
          if (seen.status === 'rejected') throw seen.reason;
          return seen.value;
        });
      };
      return { ...given, look };
    };
  }

  fact<A>(name: string, fact: (about: A) => Probe<unknown>): (about: A) => Probe<unknown> {
    return (about) => this.#ask(name, PROBE, () => fact(about));
  }

  stage<S, H, F, O>(stage: Stage<S, H, F, O>) {
    type Seen = Parameters<Stage<S, H, F, O>['resources']>;
    const where = `${this.#name}/${stage.name}`;
    const { on = () => true, rolling, ...rest } = stage;
    const rolled =
      (when: keyof Rolling<S, H, F, O>) =>
      (...seen: Seen) =>
        this.#ask(
          `rolling.${when}`,
          ANSWERS[when](seen[1]),
          () => rolling?.[when]?.(...seen),
          `playbook ${where}`,
        );
    const asked = <R>(name: 'on' | 'resources', seen: Seen, code: () => R) =>
      askPlaybookCode(
        { what: `playbook stage ${where} for ${seen[0].name}`, name, at: this.#origin },
        ANSWERS[name](seen[1]),
        code,
      );
    const resources = (...seen: Seen) =>
      asked('on', seen, () => on(...seen))
        ? asked('resources', seen, () => listed(stage.resources(...seen)))
        : [];
    const whens = (['apart', 'before', 'after'] as const).filter((when) => rolling?.[when] !== undefined);
    const checked = Object.fromEntries(whens.map((when) => [when, rolled(when)]));
    return { ...rest, resources, ...(rolling && { rolling: checked }) };
  }

  #ask<R>(name: string, shape: Shape, code: () => R, what = `playbook ${this.#name}`): R {
    const at = this.#origin;
    return askPlaybookCode({ what, name, at }, shape, () =>
      runPlaybookCode(`${what}: ${name}`, () => listed(code()), at),
    );
  }
}

/** What is given one by one is read here: a generator runs only when it is read, and its mistakes come up then. */
const listed = <R>(given: R): R =>
  typeof given === 'object' && given !== null && !Array.isArray(given) && Symbol.iterator in given
    ? ([...(given as Iterable<unknown>)] as R)
    : given;
