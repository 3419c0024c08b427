import { z } from 'zod';
import { Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import type { Fields } from './fields.ts';

/** What a service keeps where its variables say: in a server, or in a file of its own. */
export const kept = z.strictObject({
  /** What it is, for people. */
  what: z.string(),
  /** The variable that says which program it is: another one has nothing of it. */
  program: z.string(),
  /** Variables that say where, and what each is where it is not set. While the first, the kind, is that, the others mean nothing. */
  variables: z.record(z.string(), z.string()),
  /** The setting that says it in the inventory. */
  setting: z.string(),
});
type Kept = z.output<typeof kept>;

/** @throws Refusal where a service would be given another place, in which nothing of what it keeps is. */
export function refuseElsewhere(
  name: string,
  { what, setting, ...kept }: Kept,
  wanted: Fields,
  have: Fields,
) {
  const [is, becomes] = [have, wanted].map((fields) => placeIn(kept, fields));
  const others = [have, wanted].map((fields) => setIn(fields, kept.program));
  // Nobody has it open while it is stopped, and a person has said so.
  if (is === becomes || others[0] !== others[1] || have.get('replicas') === 0) return;
  throw new Refusal(
    `${what} are in ${is} now, and the inventory says ${becomes}. A run moves nothing, and they would be missing`,
    [
      `to keep them where they are: write that into ${setting}`,
      {
        say: 'if you have brought them there yourself, or nobody needs them, stop the service, which ends its containers with all that they alone have, and run again',
        run: sh`docker service scale ${name}=0`,
      },
    ],
  );
}

const setIn = (fields: Fields, variable: string) => fields.get(`environment ${variable}`);

function placeIn({ variables }: Pick<Kept, 'variables'>, fields: Fields): string {
  const [kind = '', ...at] = Object.entries(variables).map(([name, otherwise]) =>
    String(setIn(fields, name) ?? otherwise),
  );
  return kind === Object.values(variables)[0] ? kind : `${kind} (${at.join(', ')})`;
}
