import { z } from 'zod';
import { defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';

const want = z.strictObject({
  /** The unit. */
  unit: z.string().regex(/^[\w@.:-]+\.service$/, "expected a unit's full name"),
});

/** A systemd unit that nothing can start: neither a package that is installed later, nor another unit. */
export const masked = defineResource({
  kind: 'masked',
  want,
  key: ({ unit }) => unit,
  observe: ({ unit }) => ({
    script: sh`
      f=/etc/systemd/system/${unit}
      if [ -L "$f" ]; then readlink -- "$f"; elif [ -e "$f" ]; then echo file; else echo absent; fi`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look at ${unit}`, output);
      return output.stdout === '/dev/null\n';
    },
  }),
  diff: (_wanted, have) => (have ? [] : [{ field: 'masked', from: false, to: true }]),
  apply: ({ unit }) => [{ title: `mask ${unit}`, script: sh`systemctl mask -- ${unit}` }],
});
