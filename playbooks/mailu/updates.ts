import type { MailuCluster } from '../settings/mailu.ts';

/** What it means for the people with mailboxes that a service gets new tasks (`pause`), or another image (`lasting`). */
type Updates = Readonly<Record<string, { readonly pause?: string; readonly lasting?: string }>>;

/**
 * The pauses are what `npm run test:update` measures under load, rounded. All of Mailu's tables are in the database that admin converts at
 * its start (core/admin/start.py, `flask db upgrade`).
 */
export function updatesOf({ hosts }: MailuCluster): Updates {
  const fronts = hosts.filter(({ settings }) => settings.front).length;
  return {
    imap: { pause: 'nobody reads mail for about 10 s' },
    smtp: { pause: 'mail waits for about 15 s' },
    admin: {
      pause: 'no new login for about 10 s',
      lasting: 'admin converts the accounts to its version, and an older one does not read them',
    },
    front: {
      pause: fronts > 1 ? 'one at a time, while the others serve' : 'nobody connects for about 10 s',
    },
    antispam: { pause: 'mail from outside waits for some seconds' },
    redis: { pause: 'some seconds' },
  };
}
