import { z } from 'zod';
import { compare, defineResource } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { absolutePath, lookAt, readPath } from './path.ts';

const want = z.strictObject({
  /** The file. */
  path: absolutePath,
  /** What is in it. */
  content: z.string(),
});

/** A file that another host has written to a shared file system is seen here, with its content. Writes nothing. */
export const sameView = defineResource({
  kind: 'same-view',
  want,
  key: ({ path }) => path,

  observe: ({ path }) => ({
    script: lookAt(path, sh`timeout 10 cat -- "$p" || exit 66`),
    parse: (output) => readPath(path, output)?.rest ?? null,
  }),

  diff: ({ content }, have) => compare('seen', have, content),

  apply: ({ path, content }) => [
    {
      title: `wait until ${path} is seen as the other hosts see it`,
      script: sh`
        n=0
        until [ "$(timeout 10 cat -- ${path} 2>/dev/null)" = ${content.trimEnd()} ]; do
          n=$((n + 1))
          [ "$n" -lt 15 ] || { echo ${path}' is not what another host wrote there: this host has another file system mounted' >&2; exit 1; }
          sleep 2
        done`,
    },
  ],
});
