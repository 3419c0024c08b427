import { configVersion, contentDigest, isReached, membershipOf, secretVersion } from 'provision-swarm';
import type { Mailu, MailuCluster } from '../settings/mailu.ts';
import { adminHostOf } from './database.ts';
import { dovecotConf } from './directories.ts';
import { programConfigs } from './program-configs.ts';
import { named, secretValues } from './secret-values.ts';
import type { Surroundings } from './service.ts';

/** What the stack's text depends on, beside its settings. */
export function surroundings(mailu: Mailu, cluster: MailuCluster): Surroundings {
  const admin = adminHostOf(mailu, cluster);
  return {
    root: cluster.others.storage.root,
    secrets: Object.fromEntries(
      [...secretValues(mailu, cluster)].map(([key, value]) => [
        key,
        secretVersion({ name: named(key), value }),
      ]),
    ),
    configs: Object.fromEntries(
      programConfigs().map(([key, config]) => [key, configVersion(config)]),
    ) as Surroundings['configs'],
    adminNode: admin?.facts?.machine.hostname ?? admin?.name,
    dovecotSettings: contentDigest(dovecotConf(cluster)),
    swarm: cluster.hosts
      .filter(isReached)
      .map(({ facts }) => membershipOf({ facts })?.clusterId)
      .find((id) => id !== undefined),
  };
}
