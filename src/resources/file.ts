import { z } from 'zod';
import { type Change, defineResource, ProbeError, secretChange } from '../resource/index.ts';
import { Script, Secret, sh } from '../shell/index.ts';
import { copyChange, copyStep, readWhose, whose, writeOurs } from './before.ts';
import { absolutePath, compareAttributes, lookAt, mode, principal, readPath } from './path.ts';
import { attributesStep, writeFile } from './write-file.ts';

/** Larger files are compared as different and are refused as wanted content: this is for configuration. */
const LARGEST = 256 * 1024;

const text = z
  .string()
  .max(LARGEST)
  .refine((content) => !content.includes('\0'), 'a file with NUL characters is not text');

const want = z
  .strictObject({
    /** The file. */
    path: absolutePath,
    /** All that is in it. A `Secret` is shown nowhere. */
    content: z.union([text, z.instanceof(Secret)]),
    /** Who may read, write and run it. Default: 0600 for a `Secret`, else 0644. */
    mode: mode.optional(),
    /** Who owns it. */
    owner: principal.default('root'),
    /** The group that owns it. */
    group: principal.default('root'),
    /** What must succeed once it is written; where it fails, what was there is put back. */
    check: z.instanceof(Script).optional(),
  })
  .transform((file) => ({ ...file, mode: file.mode ?? (file.content instanceof Secret ? '0600' : '0644') }));

/**
 * A regular file with exactly this content. Written atomically; a symbolic link in its place is replaced by the
 * file. The mode is 0644 unless said, and 0600 for a `Secret`. Of what somebody else has written there a copy is kept beside it.
 */
export const file = defineResource({
  kind: 'file',
  want,
  key: ({ path }) => path,

  observe: ({ path }) => ({
    script: sh`
      ${whose(path)}
      ${lookAt(path, sh`[ -L "$p" ] || [ ! -f "$p" ] || head -c ${LARGEST + 1} -- "$p" || exit 66`)}`,
    parse(output) {
      const { whose: from, rest } = readWhose(output.stdout);
      const have = readPath(path, { ...output, stdout: rest });
      if (have?.type === 'directory') throw new ProbeError(`${path} is a directory, where a file is wanted`);
      return have && { ...have, whose: from };
    },
  }),

  diff(wanted, have): readonly Change[] {
    const secret = wanted.content instanceof Secret;
    const content = wanted.content instanceof Secret ? wanted.content.reveal() : wanted.content;
    const set = { field: 'content', from: null, to: secret ? '***' : content };
    if (have === null) return [set];
    const copy = copyChange(wanted.path, have.whose);
    if (have.type !== 'file') return [{ field: 'type', from: have.type, to: 'file' }, set, ...copy];
    const changes: Change[] = [];
    if (have.rest !== content)
      changes.push(
        secret ? secretChange('content') : { field: 'content', from: have.rest, to: content },
        ...copy,
      );
    return [...changes, ...compareAttributes(wanted, have)];
  },

  apply(wanted, _have, changes) {
    const fields = changes.map((change) => change.field);
    if (fields.includes('content'))
      return [...copyStep(wanted.path, changes), { title: `write ${wanted.path}`, script: checked(wanted) }];
    return [attributesStep(wanted, changes)];
  },

  writes: (wanted, changes) => (changes.some(({ field }) => field === 'content') ? [wanted.path] : []),
});

/** Writes it; with a check, puts back what was there where that fails, with the words of what refuses it. */
function checked({ check, ...wanted }: z.output<typeof want>): Script {
  const write = writeOurs(wanted.path, writeFile(wanted));
  if (check === undefined) return write;
  return sh`
    before=$(mktemp -d /run/provision.XXXXXX) || exit 1
    if [ -e ${wanted.path} ] || [ -L ${wanted.path} ]; then cp -aP -- ${wanted.path} "$before/file" || exit 1; fi
    ${write}
    (${check}) && { rm -rf -- "$before"; exit 0; }
    code=$?
    if [ -e "$before/file" ] || [ -L "$before/file" ]; then mv -fT -- "$before/file" ${wanted.path}; else rm -f -- ${wanted.path}; fi
    rm -rf -- "$before"
    echo ${wanted.path}' is as it was before: what was written does not work' >&2
    exit "$code"`;
}
