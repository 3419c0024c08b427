import { z } from 'zod';
import { defineResource, ProbeError, Unobservable } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';

/** Seconds that a name server may take. */
const PATIENCE = 5;

const want = z.strictObject({
  /** The volume, by its name. */
  volume: z.string(),
  /** Names by which the volume's bricks are reached, with the address of each. */
  names: z
    .array(
      z.strictObject({
        /** The name, as the volume has it. */
        name: z.string(),
        /** The address that it stands for, for a person who has to write it down. */
        address: z.string(),
      }),
    )
    .min(1),
});

/**
 * The names of a volume's bricks are known on this host: a mount reaches each brick by the name that it was made with. Writes
 * nothing; who gives names here is for a person to decide.
 */
export const glusterNames = defineResource({
  kind: 'gluster-names',
  want,
  key: ({ volume }) => volume,

  observe: ({ volume, names }) => ({
    script: sh`
      for n in ${names.map(({ name }) => name)}; do
        timeout ${PATIENCE} getent ahosts "$n" >/dev/null
        case $? in 0) ;; 2) echo "$n" ;; *) exit 66 ;; esac
      done`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look up names here in ${PATIENCE} s`, output);
      const missing = names.filter(({ name }) => output.stdout.split('\n').includes(name));
      if (missing.length === 0) return true;
      const lines = missing.map(({ name, address }) => `${address} ${name}`);
      return new Unobservable(
        `bricks of ${volume} are reached by names that are not known here; write base.hostsEntries: true, or these lines into its /etc/hosts: ${lines.join('; ')}`,
      );
    },
  }),

  diff: () => [],
  apply: () => [],
});
