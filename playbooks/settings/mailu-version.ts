/** What a version of Mailu is like where versions differ. Sources: Mailu's docs/releases.rst and CHANGELOG. */
export interface Family {
  /** Numbers that compare: `[1, 9]`, `[2024, 6]`. */
  readonly number: readonly [number, number];
  /** 1.9: images on Docker Hub, `POD_ADDRESS_RANGE` instead of `SUBNET`, no common webmail image. */
  readonly legacy: boolean;
}

/** The families whose images are known here (tags of Mailu's repository). Each is a tag that moves, and has tags that do not: `2024.06.57`. */
export const FAMILIES = ['1.9', '2.0', '2024.06'] as const;

/** What an editor takes for a version that can be deployed. */
export const VERSION = new RegExp(
  `^(${FAMILIES.map((family) => family.replace('.', '\\.')).join('|')})(\\.[0-9]+)?$`,
);

/** Why images of these cannot run under a lease on swarm. Seen with their own programs. */
const GONE: Readonly<Record<string, string>> = {
  '1.5': 'its busybox knows another `timeout`, and admin and webmail have no start program',
  '1.6':
    'its busybox knows another `timeout`, fetchmail may not write, and nginx reads the settings of Dovecot as its own',
  '1.7': 'fetchmail may not write, and nginx reads the settings of Dovecot as its own',
  '1.8': 'fetchmail may not write, and accounts cannot be given to it',
};

/** The first release of 2.0 whose admin listens on 8080 as 2.0 does, and not on 80 (core/admin/start.py of each tag). */
const FIRST_OF_2 = 22;

/** Why this is no version that can be deployed; `undefined` where it is one. */
export function versionMistake(text: string): string | undefined {
  const family = familyText(text);
  if (family === '2.0' && Number(text.split('.')[2] ?? FIRST_OF_2) < FIRST_OF_2)
    return `the administration of Mailu ${text} listens on another port than all that came after it; write 2.0, or 2.0.${FIRST_OF_2} or later`;
  if (FAMILIES.some((known) => known === family)) return undefined;
  const reason = GONE[family];
  const take = 'write 1.9, 2.0 or 2024.06, or one of their releases, as in 2024.06.57';
  if (reason !== undefined)
    return `Mailu ${text} cannot run here: ${reason}. Its accounts and mail can move to 1.9, and on from there; ${take}`;
  return `there is no Mailu ${text} that provision knows; ${take}`;
}

const RELEASE = /^(\d+\.\d+)(\.\d+)?$/;
const familyText = (text: string): string => RELEASE.exec(text)?.[1] ?? '';

/** Whether a tag names a version of Mailu, deployable or not. */
export const isVersion = (text: string): boolean =>
  versionMistake(text) === undefined || familyText(text) in GONE;

export function familyOf(version: string): Family {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return { number: [major, minor], legacy: major === 1 };
}

export function atLeast(
  { number: [major, minor] }: Family,
  wantedMajor: number,
  wantedMinor: number,
): boolean {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
