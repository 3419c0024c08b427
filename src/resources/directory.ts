import { defineResource } from '../resource/index.ts';
import { directoryWant, lookAtDirectory, makeDirectory, missing } from './make-directory.ts';
import { compareAttributes } from './path.ts';

/** A directory with this owner and mode; missing parents are made as root's, 0755. Its content is left alone. */
export const directory = defineResource({
  kind: 'directory',
  want: directoryWant,
  key: ({ path }) => path,

  observe: ({ path }) => lookAtDirectory(path),

  diff: (wanted, have) => (have === null ? missing(wanted) : compareAttributes(wanted, have)),

  apply: (wanted, have) => [
    {
      title: have === null ? `make ${wanted.path}` : `set owner and mode of ${wanted.path}`,
      script: makeDirectory(wanted),
    },
  ],
});
