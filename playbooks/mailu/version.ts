/** What a version of Mailu is like where versions differ. Sources: Mailu's docs/releases.rst and CHANGELOG. */
export interface Family {
  /** Numbers that compare: `[1, 9]`, `[2024, 6]`. */
  readonly number: readonly [number, number];
  /** 1.x: images on Docker Hub, `POD_ADDRESS_RANGE` instead of `SUBNET`, no common webmail image. */
  readonly legacy: boolean;
}

const KNOWN = /^(1\.[5-9]|2\.0(\.\d+)?|20\d\d\.(0[1-9]|1[0-2])(\.\d+)?)$/;

export const isVersion = (text: string) => KNOWN.test(text);

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

/** Until 1.8 all services had one directory of overrides. */
export const sharesOverrides = ({ version }: { readonly version: string }): boolean =>
  !atLeast(familyOf(version), 1, 8);
