import { byName, type Host, isReached } from 'provision-swarm';
import type { Facts, MailuCluster, Settings } from '../settings/mailu.ts';

/** The host that the swarm is asked and told through: a manager with a quorum, or who will be one. */
export function askedManager({ hosts }: MailuCluster): Host<Settings, Facts> | undefined {
  const reached = hosts.filter(isReached).toSorted(byName);
  return reached.find(({ facts }) => facts.swarm.nodes !== undefined) ?? reached[0];
}

/** One host writes what is on the shared storage. */
export const writerOf = ({ hosts }: MailuCluster) => hosts.filter(isReached).toSorted(byName)[0];
