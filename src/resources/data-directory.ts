import { defineResource } from '../resource/index.ts';
import { directoryWant, lookAtDirectory, makeDirectory, missing } from './make-directory.ts';

/**
 * A directory that belongs to a program: made with these attributes where it is missing, parents as root's, 0755.
 * What the program makes of its owner and mode later is left as it is.
 */
export const dataDirectory = defineResource({
  kind: 'data-directory',
  want: directoryWant,
  key: ({ path }) => path,
  observe: ({ path }) => lookAtDirectory(path),
  diff: (wanted, have) => (have === null ? missing(wanted) : []),
  apply: (wanted) => [{ title: `make ${wanted.path}`, script: makeDirectory(wanted) }],
});
