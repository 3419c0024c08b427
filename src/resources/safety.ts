import { z } from 'zod';
import { defineResource, Refusal } from '../resource/index.ts';
import { sh } from '../shell/index.ts';

const want = z.strictObject({
  /** What it is about, for people: `the network of mailu`. */
  subject: z.string(),
  /** What must not go on, as the facts show it by now. */
  refusals: z.array(z.strictObject({ message: z.string(), fix: z.array(z.string()) })),
});

/**
 * A safety rule at the head of a stage: what a playbook inspects before a run is not all known on a bare host, and is
 * asked again, by this, with what the stages before have made known. Nothing of the stage is done where it refuses.
 */
export const safety = defineResource({
  kind: 'safety',
  want,
  key: ({ subject }) => subject,
  observe: () => ({ script: sh`true`, parse: () => null }),
  diff({ refusals }) {
    if (refusals.length > 0)
      throw new Refusal(
        refusals.map(({ message }) => message).join('; '),
        refusals.flatMap(({ fix }) => fix),
      );
    return [];
  },
  apply: () => [],
});
