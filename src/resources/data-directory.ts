import { z } from 'zod';
import { defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { absolutePath, lookAt, mode, principal, readPath } from './path.ts';

const want = z.strictObject({
  path: absolutePath,
  mode: mode.default('0755'),
  owner: principal.default('root'),
  group: principal.default('root'),
});

/**
 * A directory that belongs to a program: made with these attributes where it is missing, parents as root's, 0755.
 * What the program makes of its owner and mode later is left as it is.
 */
export const dataDirectory = defineResource({
  kind: 'data-directory',
  want,
  key: ({ path }) => path,

  observe: ({ path }) => ({
    script: lookAt(path),
    parse(output) {
      const have = readPath(path, output);
      if (have !== null && have.type !== 'directory')
        throw new ProbeError(`${path} is a ${have.type}, where a directory is wanted`);
      return have;
    },
  }),

  diff: ({ mode: bits, owner, group }, have) =>
    have === null ? [{ field: 'directory', from: null, to: `${bits} ${owner}:${group}` }] : [],

  apply: ({ path, mode: bits, owner, group }) => [
    {
      title: `make ${path}`,
      script: sh`
        set -eu
        umask 022
        mkdir -p -- ${path}
        chown ${`${owner}:${group}`} -- ${path}
        chmod ${bits} -- ${path}`,
    },
  ],
});
