import type { Mailu } from './settings.ts';

/** The name of the service that is Mailu's administration, which alone writes the accounts. */
export const ADMIN = 'mailu_admin';

/** The directory that is mounted at `/data` of the administration. */
export const dataOf = (path: string) => `${path}/data`;
export const fileOf = (path: string) => `${dataOf(path)}/main.db`;
/** Where the guide had them: on the shared storage. */
export const sharedFile = (root: string) => `${root}/data/main.db`;
/** Where copies of sqlite's file are kept. */
export const copiesOf = (root: string) => `${root}/backup/accounts`;
/** Says which administrations have been deployed, by their tags: Mailu's databases only go forward. */
export const deployedOf = (root: string) => `${root}/backup/deployed`;
const DEFAULT_PATH = '/var/lib/mailu';

/** Where accounts may be. */
export function placesOf(mailu: Mailu | undefined, root: string) {
  const own = mailu?.database.kind === 'sqlite' ? [fileOf(mailu.database.path)] : [];
  return {
    service: ADMIN,
    root,
    files: [...new Set([...own, fileOf(DEFAULT_PATH), sharedFile(root)])],
    copies: copiesOf(root),
    deployed: deployedOf(root),
  };
}

/** A command that moves a file of sqlite's aside, with what belongs to it: without its journal, a half change would stay in it. */
export const aside = (path: string) =>
  `now=$(date +%s); for end in "" -journal -wal -shm; do [ ! -e ${path}$end ] || mv -n ${path}$end ${path}.aside-$now$end; done`;
