import { isReached, type ServiceFact } from 'provision-swarm';
import type { MailuCluster } from '../settings/mailu.ts';
import { STACK } from './service.ts';

/** The services of the stack as the managers list them. */
export function listedServices({ hosts }: MailuCluster): readonly ServiceFact[] {
  const all = hosts.filter(isReached).flatMap(({ facts }) => facts.neighbours.services);
  return [...new Map(all.filter(({ stack }) => stack === STACK).map((each) => [each.name, each])).values()];
}
