import { X509Certificate } from 'node:crypto';

/** Which swarm a host belongs to by a certificate that the managers of that swarm issued. */
export interface Membership {
  /** The id of the swarm. */
  readonly clusterId: string;
  /** The id of this node in it. */
  readonly nodeId: string;
  /** What the certificate lets it be. */
  readonly role: 'manager' | 'worker';
  /** The process of an engine that has its state open now, and is not `docker.service`. */
  readonly usedBy?: number | undefined;
}

/** The state of a swarm on a disk, and below which directory of an engine's data. */
export interface StoredMembership extends Membership {
  /** The directory of the engine's data. */
  readonly root: string;
}

/**
 * swarmkit writes the cluster's id as the organisation, the role as its unit, and the node's id as the common name
 * (ca/certificates.go).
 */
export function readMembership(pem: string): Membership {
  const subject = new Map(
    new X509Certificate(pem).subject.split('\n').map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name, value.join('=')];
    }),
  );
  const clusterId = subject.get('O');
  const nodeId = subject.get('CN');
  if (!clusterId || !nodeId) throw new Error('the swarm certificate names no cluster');
  return { clusterId, nodeId, role: subject.get('OU') === 'swarm-manager' ? 'manager' : 'worker' };
}
