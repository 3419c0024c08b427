import { z } from 'zod';
import { defineResource, type Ref, Unobservable } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';

const want = z.object({
  name: z.string(),
  value: z.union([z.string(), z.custom<Ref<string>>((value) => typeof value === 'object')]),
  /** A file without which nothing can be told. */
  needs: z.string().optional(),
  /** What its command does instead of what it should. */
  command: z.string().optional(),
  /** Another host that it changes. */
  of: z.string().optional(),
});

/** A small file as the simplest thing that can hold on a host. */
export const flag = defineResource({
  kind: 'flag',
  want,
  key: ({ name }) => name,
  about: ({ of }) => of,
  observe: ({ name, needs }) => ({
    script: sh`
      [ -e ${`/host/${needs ?? ''}`} ] || ${needs === undefined ? sh`true` : sh`exit 9`}
      [ ! -e ${`/host/${name}`} ] || cat ${`/host/${name}`}`,
    parse: ({ code, stdout }) => (code === 9 ? new Unobservable(`${needs} is not there`) : stdout),
  }),
  diff: ({ value }, have) => {
    const wanted = typeof value === 'string' ? value : undefined;
    if (wanted === undefined ? have !== '' : have === wanted) return [];
    return [{ field: 'value', from: have === '' ? null : have, to: wanted ?? '(another host says)' }];
  },
  apply: ({ name, value, command }, _have, _changes, resolve) => [
    {
      title: `set ${name}`,
      script:
        command === undefined
          ? sh`mkdir -p /host/ && printf %s ${typeof value === 'string' ? value : resolve(value)} >${`/host/${name}`}`
          : sh`sh -c ${command}`,
    },
  ],
  output: (_want, have) => have,
});
