import { z } from 'zod';
import { type Change, defineResource, ProbeError } from '../resource/index.ts';
import { Script, sh } from '../shell/index.ts';
import { absolutePath, lookAt, readPath } from './path.ts';

const script = z.instanceof(Script, { error: 'expected a script: sh`…`' });

const want = z
  .strictObject({
    /** What it does, in the imperative: `make the search index`. It tells commands of a host apart. */
    name: z.string().regex(/^[^\n]+$/, 'expected one line'),
    /** What is run. */
    run: script,
    /** A path that is there once it has been run. */
    creates: absolutePath.optional(),
    /** Exit code 0: it has been run, 1: it has not. */
    unless: script.optional(),
    /** Exit code 0: it is to be run, 1: it is not, as after it has been run. */
    onlyIf: script.optional(),
  })
  .refine(
    ({ creates, unless, onlyIf }) =>
      [creates, unless, onlyIf].filter((proof) => proof !== undefined).length === 1,
    'expected one of creates, unless and onlyIf, which shows whether it has been run',
  );

/**
 * A command for which there is no kind. It is run where its proof shows that it has to be, and once it has been run the proof is asked
 * again: one that still shows it fails the run. So it is never "changed" without a proof, nor run each time.
 */
export const command = defineResource({
  kind: 'command',
  want,
  key: ({ name }) => name,

  observe: ({ name, creates, unless, onlyIf }) =>
    creates === undefined
      ? {
          script: apart(unless ?? onlyIf ?? sh`false`),
          parse: ({ code, ...output }) => {
            if (code > 1) throw new ProbeError(`could not see whether to ${name}`, { ...output, code });
            return { isDone: (code === 0) === (unless !== undefined) };
          },
        }
      : {
          script: lookAt(creates),
          parse: (output) => ({ isDone: readPath(creates, output) !== null }),
        },

  diff: (_want, { isDone }): readonly Change[] =>
    isDone ? [] : [{ field: 'run', from: 'not done', to: 'done' }],

  apply: ({ name, run }) => [{ title: name, script: apart(run) }],
});

/** In a shell of its own, whatever it does to its variables, its folder and its options. */
function apart(script: Script): Script {
  return sh`
    (
      ${script}
    ) </dev/null`;
}
