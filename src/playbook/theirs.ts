import { checkAnswer, PROBE, type Probe, runPlaybookCode } from '../resource/index.ts';
import type { Shape } from '../schema/index.ts';
import { ANSWERS, READ } from './answers.ts';
import type { Enquiry } from './enquiry.ts';
import type { Cluster } from './host.ts';
import type { OutsideCheck } from './outside-check.ts';
import type { Rolling, Stage } from './stage.ts';

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
  looking<C extends Hosts, R extends object>(
    ask: (cluster: C) => OutsideCheck | R,
  ): (cluster: C) => OutsideCheck | R {
    return (cluster) => {
      const given = ask(cluster);
      if (!isLook(given)) return given;
      const look: OutsideCheck['look'] = async (how) => {
        const answer = await Promise.allSettled([(async () => given.look(how))()]);
        return this.#ask('check.look', ANSWERS.look(cluster), () => {
          if (answer[0].status === 'rejected') throw answer[0].reason;
          return answer[0].value;
        });
      };
      return { ...given, look };
    };
  }

  fact<A>(name: string, fact: (about: A) => Probe<unknown>): (about: A) => Probe<unknown> {
    return (about) => this.#ask(name, PROBE, () => fact(about));
  }

  stage<S, H, F, O>(stage: Stage<S, H, F, O>): Stage<S, H, F, O> {
    type Seen = Parameters<Stage<S, H, F, O>['resources']>;
    const where = `${this.#name}/${stage.name}`;
    const { rolling } = stage;
    const rolled =
      (when: keyof Rolling<S, H, F, O>) =>
      (...seen: Seen) => {
        const [what, name] = [`playbook ${where}`, `rolling.${when}`] as const;
        return this.#answer({ what, name }, ANSWERS[when](seen[1]), () =>
          runPlaybookCode(`${what}: ${name}`, () => rolling?.[when]?.(...seen), this.#origin),
        );
      };
    const resources = (...seen: Seen) => {
      const what = `playbook stage ${where} for ${seen[0].name}`;
      return this.#answer({ what, name: 'resources' }, ANSWERS.resources(seen[1]), () =>
        runPlaybookCode(what, () => stage.resources(...seen), this.#origin),
      );
    };
    const whens = (['apart', 'before', 'after'] as const).filter((when) => rolling?.[when] !== undefined);
    const checked = Object.fromEntries(whens.map((when) => [when, rolled(when)]));
    return { ...stage, resources, ...(rolling && { rolling: checked }) };
  }

  #ask<R>(name: string, shape: Shape, code: () => R): R {
    const what = `playbook ${this.#name}`;
    return this.#answer({ what, name }, shape, () => runPlaybookCode(`${what}: ${name}`, code, this.#origin));
  }

  #answer<R>(of: { readonly what: string; readonly name: string }, shape: Shape, run: () => R): R {
    return checkAnswer(run(), shape, { ...of, at: this.#origin });
  }
}

const isLook = (given: object): given is OutsideCheck => 'look' in given;

function isEnquiry(part: unknown): part is Enquiry<unknown> {
  return typeof part === 'object' && part !== null && 'read' in part;
}
