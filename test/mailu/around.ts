import type { Surroundings } from '../../playbooks/mailu/service.ts';

/** What a stack is made from beside the inventory, in tests: a key, and the host of sqlite's file. */
export const around: Surroundings = {
  root: '/mailu',
  secrets: { 'secret-key': 'mailu_secret-key_generated' },
  configs: {
    lease: 'mailu_lease_1',
    drain: 'mailu_drain_1',
    queue: 'mailu_queue_1',
    start: 'mailu_start_1',
    follow: 'mailu_follow_1',
    certificates: 'mailu_certificates_1',
  },
  adminNode: 'mail-1',
  dovecotSettings: 'abc',
  swarm: 'swarm-1',
};

/** The same where each secret that the inventory may name is there. */
export const withSecrets: Surroundings = {
  ...around,
  secrets: {
    'secret-key': 'k',
    'database-password': 'd',
    'webmail-database-password': 'w',
    'relay-password': 'r',
    certificate: 'c',
    'certificate-key': 'ck',
  },
};

/** Each service that can be turned on is. */
export const SWITCHED_ON = `
webmail: roundcube
webmailDatabase: { kind: mysql, server: db.example.org, password: w }
antivirus: true
webdav: true
fetchmail: true
oletools: true
tika: true
tls: { kind: cert, certificate: c, key: ck }
relayNetworks: [192.0.2.0/24]
`;
