import type { Surroundings } from '../../playbooks/mailu/service.ts';

/** What a stack is made from beside the inventory, in tests: a key, and the host of sqlite's file. */
export const around: Surroundings = {
  root: '/mailu',
  secrets: { 'secret-key': 'mailu_secret-key_generated' },
  configs: { lease: 'mailu_lease_1', start: 'mailu_start_1', follow: 'mailu_follow_1' },
  adminNode: 'mail-1',
  dovecotSettings: 'abc',
  swarm: 'swarm-1',
};
