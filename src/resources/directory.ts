import { z } from 'zod';
import { defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { absolutePath, compareAttributes, lookAt, mode, principal, readPath } from './path.ts';

const want = z.strictObject({
  path: absolutePath,
  mode: mode.default('0755'),
  owner: principal.default('root'),
  group: principal.default('root'),
});

/** A directory with this owner and mode; missing parents are made as root's, 0755. Its content is left alone. */
export const directory = defineResource({
  kind: 'directory',
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

  diff: (wanted, have) =>
    have === null
      ? [{ field: 'directory', from: null, to: `${wanted.mode} ${wanted.owner}:${wanted.group}` }]
      : compareAttributes(wanted, have),

  apply: ({ path, ...wanted }, have) => [
    {
      title: have === null ? `make ${path}` : `set owner and mode of ${path}`,
      script: sh`
        set -eu
        umask 022
        mkdir -p -- ${path}
        chown ${`${wanted.owner}:${wanted.group}`} -- ${path}
        chmod ${wanted.mode} -- ${path}`,
    },
  ],
});
