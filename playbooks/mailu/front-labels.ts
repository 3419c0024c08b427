import { isReached, membershipOf, nodeLabel, type Resource } from 'provision-swarm';
import type { MailuCluster } from '../settings/mailu.ts';
import { FRONT_LABEL } from './service.ts';

/** A label says which nodes are fronts: the stack places by it. */
export function frontLabels({ hosts }: MailuCluster): readonly Resource[] {
  return hosts.filter(isReached).map(({ name, settings, facts }) => {
    const nodeId = membershipOf({ facts })?.nodeId;
    return nodeLabel({
      host: name,
      ...(nodeId === undefined ? {} : { nodeId }),
      name: FRONT_LABEL,
      value: settings.front ? 'yes' : null,
      places: ['front'],
    });
  });
}
