import { z } from 'zod';
import { type Change, defineResource, ProbeError, Refusal } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { accountName } from './machine/user.ts';

const want = z.strictObject({
  /** What it is called. */
  name: accountName,
  /** Its number, where programs on several hosts have to agree on it. Default: the next that is free. */
  id: z.int().min(1).max(59_999).optional(),
  /** Whether its number is one for a service (login.defs(5), SYS_GID_MAX). */
  system: z.boolean().default(false),
});

/** A group of accounts. Who is in it is said of each user; a number that it has is never changed, for files bear it. */
export const group = defineResource({
  kind: 'group',
  want,
  key: ({ name }) => name,

  observe: ({ name, id }) => ({
    script: sh`
      entry=$(getent group -- ${name})
      case $? in 0) echo "own $entry" ;; 2) ;; *) exit 66 ;; esac
      number=${id === undefined ? '' : String(id)}
      [ -n "$number" ] || exit 0
      other=$(getent group -- "$number")
      case $? in 0) echo "other $other" ;; 2) ;; *) exit 66 ;; esac`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look for the group ${name}`, output);
      const entry = (field: string) => new RegExp(`^${field} ([^:]*):[^:]*:(\\d+):`, 'm').exec(output.stdout);
      return { id: Number(entry('own')?.[2] ?? Number.NaN), holder: entry('other')?.[1] };
    },
  }),

  diff({ name, id }, have): readonly Change[] {
    if (id !== undefined && have.holder !== undefined && have.holder !== name)
      throw new Refusal(`the group ${name} is to have the number ${id}, and ${have.holder} has it`, [
        `Give ${name} another number in the playbook, or take ${have.holder} away where nobody needs it.`,
      ]);
    if (Number.isNaN(have.id)) return [{ field: 'group', from: null, to: name }];
    if (id !== undefined && have.id !== id)
      throw new Refusal(
        `the group ${name} has the number ${have.id}, and is to have ${id}: files that it owns bear the old one`,
        [
          {
            say: 'See whether there are any; without them, groupmod -g gives it the other',
            run: sh`find / -xdev -group ${name} -print -quit`,
          },
        ],
      );
    return [];
  },

  apply: ({ name, id, system }) => [
    {
      title: `make the group ${name}`,
      script: sh`groupadd ${[...(system ? ['-r'] : []), ...(id === undefined ? [] : ['-g', String(id)])]} -- ${name}`,
    },
  ],
});
