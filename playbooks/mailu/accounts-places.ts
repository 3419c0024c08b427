import type { Mailu } from '../settings/mailu.ts';

/** The name of the service that is Mailu's administration, which alone writes the accounts. */
export const ADMIN = 'mailu_admin';
/** The name of the service that alone writes the mail. */
export const IMAP = 'mailu_imap';

/** The directory that is mounted at `/data` of the administration. */
export const dataOf = (path: string) => `${path}/data`;
export const fileOf = (path: string) => `${dataOf(path)}/main.db`;
/** Where the guide had them: on the shared storage. */
export const sharedFile = (root: string) => `${root}/data/main.db`;
/** Where copies of sqlite's file are kept. */
export const copiesOf = (root: string) => `${root}/backup/accounts`;
/** Says which administrations have been deployed, by their tags: Mailu's databases only go forward. */
export const deployedOf = (root: string) => `${root}/backup/deployed`;
/** Our unit that copies the accounts says on each host where they were there last. */
export const COPY_UNIT = '/etc/systemd/system/provision-accounts.service';
/** Where they are where the inventory does not say it. */
export const DEFAULT_FILE = '/var/lib/mailu/data/main.db';

/** Where accounts may be. */
export function placesOf(mailu: Mailu | undefined, root: string) {
  const own = mailu?.database.kind === 'sqlite' ? [fileOf(mailu.database.path)] : [];
  return {
    service: ADMIN,
    stack: 'mailu',
    root,
    files: [...new Set([...own, DEFAULT_FILE, sharedFile(root)])],
    copies: copiesOf(root),
    deployed: deployedOf(root),
    recorded: COPY_UNIT,
  };
}
