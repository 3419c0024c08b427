import { z } from 'zod';
import { compare, defineResource, ProbeError } from '../../resource/index.ts';
import { raw, sh } from '../../shell/index.ts';

const want = z.strictObject({
  /** Seconds that the first boot may take. */
  patience: z.number().int().positive().default(600),
});

/**
 * cloud-init has finished the first boot: until then it installs packages, makes users and writes files, and holds apt's
 * lock. Seen by the files that it keeps in /run (cloud-init's documentation, "Boot stages"), which costs no Python at every look.
 * Where it is not there, or finished with errors, there is nothing to wait for.
 */
export const cloudInit = defineResource({
  kind: 'cloud-init',
  want,
  key: () => 'first boot',

  observe: () => ({
    script: raw(`\
if [ ! -e /run/cloud-init/enabled ]; then echo absent
elif [ -e /run/cloud-init/result.json ]; then echo finished
else echo running; fi`),
    parse(output) {
      const state = output.stdout.trim();
      if (output.code !== 0 || !/^(absent|finished|running)$/.test(state))
        throw new ProbeError('could not see what cloud-init does', output);
      return state;
    },
  }),

  diff: (_wanted, have) => (have === 'running' ? compare('state', have, 'finished') : []),

  apply: ({ patience }) => [
    {
      title: 'wait for cloud-init',
      // It ends with 2 where it went on after an error of its own (cloud-init#4500).
      script: sh`
        timeout ${patience} cloud-init status --wait
        code=$?
        [ "$code" -eq 124 ] && { echo 'cloud-init still runs after '${patience}' s' >&2; cloud-init status --long >&2; exit 1; }
        [ "$code" -eq 0 ] || [ "$code" -eq 2 ] || { cloud-init status --long >&2; exit "$code"; }`,
    },
  ],
});
