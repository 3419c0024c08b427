import { atOnce, either, listOf, object, type Shape, such, words } from '../schema/index.ts';
import { Script } from '../shell/index.ts';

export const SCRIPT: Shape = such('a Script, as sh`…` makes it', (value) => value instanceof Script);

const SAY_AND_RUN: Shape = object('a sentence and a command (`{ say, run }`)', { say: words, run: SCRIPT });

/** What a refusal gives a person to do. */
export const FIXES: Shape = listOf(
  'sentences and commands',
  either('a sentence, a Script or `{ say, run }`', (value) => {
    if (typeof value === 'string') return words;
    if (value instanceof Script) return atOnce;
    return typeof value === 'object' ? SAY_AND_RUN : undefined;
  }),
);
