import { join } from 'node:path';

/**
 * One folder for the machine, not one a clone: the nodes' names and addresses exist once on a machine, so that any
 * clone has to find what another one's interrupted run left.
 */
export const STATE = '/var/lib/provision-lab';

export const paths = {
  images: join(STATE, 'images'),
  engine: join(STATE, 'engine'),
  identity: join(STATE, 'id_ed25519'),
  knownHosts: join(STATE, 'known_hosts'),
  sudoPassword: join(STATE, 'sudo-password'),
  /** Of mail.example.org, and who signed it. */
  certificate: join(STATE, 'mail', 'cert.pem'),
  certificateKey: join(STATE, 'mail', 'key.pem'),
  authority: join(STATE, 'mail', 'ca.pem'),
  /** Of the first administrator of Mailu. */
  mailPassword: join(STATE, 'mail', 'password'),
  /** Nodes that are cut off, and stay so when they boot again. */
  cuts: join(STATE, 'cuts'),
  /** What this machine's forwarding was before. */
  forwarding: join(STATE, 'ip_forward'),
} as const;
