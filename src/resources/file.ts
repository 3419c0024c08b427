import { z } from 'zod';
import { type Change, defineResource, ProbeError, secretChange } from '../resource/index.ts';
import { Secret, sh } from '../shell/index.ts';
import { absolutePath, compareAttributes, lookAt, mode, principal, readPath } from './path.ts';
import { setAttributes, writeFile } from './write-file.ts';

/** Larger files are compared as different and are refused as wanted content: this is for configuration. */
const LARGEST = 256 * 1024;

const text = z
  .string()
  .max(LARGEST)
  .refine((content) => !content.includes('\0'), 'a file with NUL characters is not text');

const want = z
  .strictObject({
    path: absolutePath,
    content: z.union([text, z.instanceof(Secret)]),
    mode: mode.optional(),
    owner: principal.default('root'),
    group: principal.default('root'),
  })
  .transform((file) => ({ ...file, mode: file.mode ?? (file.content instanceof Secret ? '0600' : '0644') }));

/**
 * A regular file with exactly this content. Written atomically; a symbolic link in its place is replaced by the
 * file. The mode is 0644 unless said, and 0600 for a `Secret`.
 */
export const file = defineResource({
  kind: 'file',
  want,
  key: ({ path }) => path,

  observe: ({ path }) => ({
    script: lookAt(path, sh`[ -L "$p" ] || [ ! -f "$p" ] || head -c ${LARGEST + 1} -- "$p" || exit 66`),
    parse(output) {
      const have = readPath(path, output);
      if (have?.type === 'directory') throw new ProbeError(`${path} is a directory, where a file is wanted`);
      return have;
    },
  }),

  diff(wanted, have): readonly Change[] {
    const secret = wanted.content instanceof Secret;
    const content = wanted.content instanceof Secret ? wanted.content.reveal() : wanted.content;
    const set = { field: 'content', from: null, to: secret ? '***' : content };
    if (have === null) return [set];
    if (have.type !== 'file') return [{ field: 'type', from: have.type, to: 'file' }, set];
    const changes: Change[] = [];
    if (have.rest !== content)
      changes.push(secret ? secretChange('content') : { field: 'content', from: have.rest, to: content });
    return [...changes, ...compareAttributes(wanted, have)];
  },

  apply(wanted, _have, changes) {
    const fields = changes.map((change) => change.field);
    if (fields.includes('content'))
      return [{ title: `write ${wanted.path}`, script: writeFile({ ...wanted, mode: wanted.mode }) }];
    return [
      {
        title: `set ${fields.join(', ')} of ${wanted.path}`,
        script: setAttributes(wanted),
      },
    ];
  },

  writes: (wanted, changes) => (changes.some(({ field }) => field === 'content') ? [wanted.path] : []),
});
