import type { Denied } from 'provision-swarm';

/** What each verb of the stack answers where there is none. */
export const NO_STACK: Denied = { denied: 'the inventory deploys no mail stack: it has no section `mailu`' };
