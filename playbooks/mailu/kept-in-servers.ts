import type { stack } from 'provision-swarm';
import type { Mailu } from '../settings/mailu.ts';

/**
 * What is in a server, or in a file, as variables of a service say: roundcube's (webmails/roundcube/start.py, from 1.9 on). The accounts
 * have rules of their own.
 */
export const keptInServers = ({ webmail }: Pick<Mailu, 'webmail'>): Parameters<typeof stack>[0]['keeps'] =>
  webmail === 'roundcube'
    ? {
        webmail: {
          what: "people's address books, identities and settings of roundcube",
          program: 'WEBMAIL',
          variables: {
            ROUNDCUBE_DB_FLAVOR: 'sqlite',
            ROUNDCUBE_DB_HOST: 'database',
            ROUNDCUBE_DB_NAME: 'roundcube',
          },
          setting: 'mailu.webmailDatabase',
        },
      }
    : {};
