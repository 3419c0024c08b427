import { z } from 'zod';
import { type Change, compare, defineResource, Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { sha256 } from '../download.ts';
import { absolutePath, compareAttributes, mode, principal } from '../path.ts';
import { areAttributes, attributesStep } from '../write-file.ts';
import { lookAtUnpacked, type Unpacked } from './record.ts';
import { unpack } from './unpack.ts';

const member = z
  .string()
  .regex(
    /^(?!\.{1,2}(\/|$))[^/\0\n]+(\/(?!\.{1,2}(\/|$))[^/\0\n]+)*$/,
    'expected a path within the directory, as in etc/app.conf',
  );

const want = z.strictObject({
  /** Where it is fetched from, by the host. Its name says nothing: what it is, a tar (also compressed) or a zip, is seen from itself. */
  url: z.url({ protocol: /^https?$/ }),
  /** Of the archive. What is fetched must have it, so that it does not matter who answers for the URL. */
  sha256,
  /** A directory of its own. Missing parents are made as root's, 0755. */
  into: absolutePath,
  /** Leading parts of each name in the archive that are left out, as tar's --strip-components. What has no more parts is left out. Default: 0. */
  strip: z.int().min(0).max(20).default(0),
  /** Whose all that is unpacked is, and the directory. */
  owner: principal.default('root'),
  /** Its group. */
  group: principal.default('root'),
  /** Of the directory. What is in it has the modes of the archive, without the right of group and others to write. */
  mode: mode.default('0755'),
  /**
   * Files of the archive that are unpacked where nothing is in their place, and are somebody else's from then on, as a configuration that
   * a `file` writes: neither compared nor replaced. Default: none.
   */
  once: z.array(member).readonly().default([]),
});
type Want = z.output<typeof want>;

/**
 * An archive unpacked into a directory: exactly its files are there, as they were packed. They are compared by digest at each look, so
 * it is seen when one is changed or gone; then all of it is fetched and put in place again. Another digest is another version: what
 * only the old one had goes. What others have put into the directory stays, and of what they have changed a copy is kept beside it.
 * A service that names the directory in its `configuration` is restarted for another version.
 *
 * Refused: a directory with something in it that was not unpacked by this kind, and before anything is unpacked an archive that has
 * absolute names, names or links that lead out of it, devices, setuid or setgid files, or links in a zip.
 */
export const archive = defineResource({
  kind: 'archive',
  want,
  key: ({ into }) => into,

  observe: ({ into }) => lookAtUnpacked(into),

  diff(wanted, have): readonly Change[] {
    const { into } = wanted;
    if (have.wanted === null && have.others.length > 0)
      throw new Refusal(
        `${into} has something in it that was not unpacked there by provision: ${have.others.slice(0, 3).join(', ')}${have.others.length > 3 ? ', …' : ''}`,
        [
          {
            say: 'See what it is, and name a directory of its own for the archive, or move that away where nobody uses it',
            run: sh`ls -lA -- ${into}`,
          },
        ],
      );
    const attributes = have.directory === null ? [] : compareAttributes(wanted, have.directory);
    if (have.directory === null || have.wanted === null || have.wanted === 'half')
      return [
        {
          field: 'sha256',
          from: have.wanted === 'half' ? 'not unpacked to its end' : null,
          to: wanted.sha256,
        },
      ];
    return [
      ...fresh(wanted, have.wanted),
      ...(have.drifted.length === 0
        ? []
        : [{ field: 'files', from: drift(have.drifted), to: 'as unpacked' }]),
      ...attributes.map((change) => ({ ...change, field: `directory ${change.field}` })),
    ];
  },

  apply(wanted, _have: Unpacked, changes) {
    const ofDirectory = changes.map((change) => ({
      ...change,
      field: change.field.replace(/^directory /, ''),
    }));
    if (changes.every(({ field }) => field.startsWith('directory ')) && areAttributes(ofDirectory))
      return [attributesStep({ path: wanted.into, ...wanted }, ofDirectory)];
    return [
      { title: `unpack ${wanted.url} into ${wanted.into}`, script: unpack(wanted, wantedThen(wanted)) },
    ];
  },

  writes: ({ into }, changes) => (changes.some(({ field }) => !field.startsWith('directory ')) ? [into] : []),
});

/** What has been asked for since it was unpacked. */
function fresh(wanted: Want, was: ReadonlyMap<string, string>): readonly Change[] {
  return [...wantedThen(wanted)].flatMap(([field, value]) => compare(field, was.get(field) ?? null, value));
}

/** As the record has it: by it a later run sees that something else is wanted. */
function wantedThen({ sha256: digest, strip, owner, group, once }: Want): ReadonlyMap<string, string> {
  return new Map([
    ['sha256', digest],
    ['strip', String(strip)],
    ['owner', owner],
    ['group', group],
    ['once', once.length === 0 ? 'none' : once.toSorted().join(', ')],
  ]);
}

function drift(members: readonly string[]): string {
  const some = members.slice(0, 3).join(', ');
  return `${members.length} not as unpacked: ${some}${members.length > 3 ? ', …' : ''}`;
}
