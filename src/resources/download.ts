import { z } from 'zod';
import { type Change, compare, defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { copyChange, copyStep, readWhose, remember, whose } from './before.ts';
import { fetchDigest } from './fetch.ts';
import { absolutePath, compareAttributes, lookAt, mode, principal, readPath } from './path.ts';
import { areAttributes, attributesStep, besideOf, setAttributes } from './write-file.ts';

/** Of a file's content, as sha256sum(1) prints it. */
export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits, as sha256sum prints them');

const want = z.strictObject({
  /** Where the file is put. */
  path: absolutePath,
  /** Where it is fetched from, by the host. */
  url: z.url({ protocol: /^https?$/ }),
  /** The digest of the content. What is fetched must have it, so that it does not matter who answers for the URL. */
  sha256,
  /** Who may read, write and run it. */
  mode: mode.default('0644'),
  /** Who owns it. */
  owner: principal.default('root'),
  /** The group that owns it. */
  group: principal.default('root'),
});

/**
 * A file that a host fetches. It is fetched where its content is another than the digest says, and takes its place only once it is
 * right. Of what somebody else has put there a copy is kept beside it.
 */
export const download = defineResource({
  kind: 'download',
  want,
  key: ({ path }) => path,

  observe: ({ path }) => ({
    script: sh`
      ${whose(path)}
      ${lookAt(path, sh`[ ! -f "$p" ] || sha256sum <"$p" || exit 66`)}`,
    parse(output) {
      const { whose: from, rest } = readWhose(output.stdout);
      const have = readPath(path, { ...output, stdout: rest });
      if (have?.type === 'directory') throw new ProbeError(`${path} is a directory, where a file is wanted`);
      return have && { ...have, sha256: have.rest.split(' ')[0] || have.type, whose: from };
    },
  }),

  diff(wanted, have): readonly Change[] {
    if (have === null) return compare('sha256', null, wanted.sha256);
    if (have.sha256 !== wanted.sha256)
      return [...compare('sha256', have.sha256, wanted.sha256), ...copyChange(wanted.path, have.whose)];
    return compareAttributes(wanted, have);
  },

  apply({ path, url, sha256: digest, ...attributes }, _have, changes) {
    if (areAttributes(changes)) return [attributesStep({ path, ...attributes }, changes)];
    const beside = besideOf(path);
    return [
      ...copyStep(path, changes),
      {
        title: `fetch ${path}`,
        script: sh`
          umask 077
          t=${beside}
          rm -f -- "$t"
          ${fetchDigest(url, digest)}
          ${setAttributes({ path: beside, ...attributes })} || exit 1
          mv -fT -- "$t" ${path} || exit 1
          umask 022
          ${remember(path)}`,
      },
    ];
  },

  writes: ({ path }, changes) => (changes.some(({ field }) => field === 'sha256') ? [path] : []),
});
