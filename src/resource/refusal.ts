import { inWords } from '../schema/index.ts';
import type { Script } from '../shell/index.ts';
import { FIXES } from './fixes.ts';

/** What a person can do: a sentence, a command for root on the host that refused, or a sentence with such a command after it. */
export type Fix = string | Script | { readonly say: string; readonly run: Script };

/** A difference that a converge must not remove, because that would destroy something: `diff` throws it. */
export class Refusal extends Error {
  readonly fix: readonly Fix[];

  constructor(message: string, fix: readonly Fix[]) {
    super(message);
    const [mistake] = FIXES.mistakes(fix);
    if (mistake !== undefined) throw new TypeError(`the remedies of a Refusal: ${inWords(mistake)}`);
    this.name = 'Refusal';
    this.fix = fix;
  }

  /** By the first of the reasons for which a rule has refused: for a stage that cannot know what it should do. */
  static by([first]: readonly { readonly message: string; readonly fix: readonly string[] }[]): Refusal {
    return new Refusal(
      first?.message ?? 'what the hosts say leaves open what should be done',
      first?.fix ?? [],
    );
  }

  /** The lines that a person is given. `onHost` makes of a command the one that runs it there from anywhere. */
  lines(onHost: (command: string) => string): readonly string[] {
    return this.fix.map((fix) => {
      if (typeof fix === 'string') return fix;
      return 'run' in fix ? `${fix.say}: ${onHost(fix.run.shown)}` : onHost(fix.shown);
    });
  }
}
