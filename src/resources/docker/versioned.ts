import { createHash, scryptSync } from 'node:crypto';
import { z } from 'zod';
import { engine, readEngine } from '../../facts/index.ts';
import { type Change, compare, type Probe } from '../../resource/index.ts';
import { Secret } from '../../shell/index.ts';
import { dockerProbe } from './docker-probe.ts';

export const objectName = z
  .string()
  .regex(/^[A-Za-z0-9]([\w.-]{0,48}[A-Za-z0-9])?$/, 'expected up to 50 letters, digits, `_`, `.` and `-`');

/** The label by which every version of a secret or config of ours is found again. */
export const VERSION_OF = 'provision.version-of';

/** Hex digits of a digest in a name, as Docker's own short ids have. */
const DIGITS = 12;

const digests = new WeakMap<Secret, Map<string, string>>();

/**
 * The name in the swarm of a secret or config with this content: Docker cannot change one in place
 * (moby#29882), so another content is another name, and whoever uses it is updated by that. A secret's digest is
 * slow to compute on purpose: names are not secret, and a short password must not be found by trying.
 */
export function versionedName(name: string, content: string | Secret): string {
  return `${name}_${content instanceof Secret ? slowDigest(name, content) : contentDigest(content)}`;
}

/** Tells contents apart that are no secrets. */
export function contentDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
}

function slowDigest(name: string, secret: Secret): string {
  const known = digests.get(secret) ?? new Map<string, string>();
  digests.set(secret, known);
  const found = known.get(name) ?? scryptSync(secret.reveal(), name, DIGITS).toString('hex').slice(0, DIGITS);
  known.set(name, found);
  return found;
}

export type Versioned = 'secret' | 'config';

const listed = z.array(
  z.object({ Spec: z.object({ Name: z.string(), Labels: z.record(z.string(), z.string()).nullish() }) }),
);

/** The names in the swarm of all versions of an object, sorted. */
export function versionsOf(object: Versioned, name: string): Probe<readonly string[]> {
  return dockerProbe(`${object} ${name}`, engine(`/${object}s`, { label: [VERSION_OF] }), (stdout) =>
    readEngine(`the ${object}s`, listed, stdout)
      .filter(({ Spec }) => Spec.Labels?.[VERSION_OF] === name)
      .map(({ Spec }) => Spec.Name)
      .toSorted(),
  );
}

/** Whether a version is there, whatever others are. */
export function compareVersions(there: readonly string[], wanted: string): readonly Change[] {
  return there.includes(wanted) ? [] : compare('version', there.join(', ') || null, wanted);
}
