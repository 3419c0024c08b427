import {
  configVersion,
  dockerConfig,
  dockerSecret,
  dockerSuperseded,
  type Resource,
  secretVersion,
} from 'provision-swarm';
import type { Mailu, MailuCluster } from '../settings/mailu.ts';
import { programConfigs } from './program-configs.ts';
import { named, secretValues } from './secret-values.ts';
import { SECRET_KEYS } from './service.ts';

/** The secrets and configs that the stack uses. */
export function secretsAndConfigs(mailu: Mailu, cluster: MailuCluster): readonly Resource[] {
  return [
    ...[...secretValues(mailu, cluster)].map(([key, value]) => dockerSecret({ name: named(key), value })),
    ...programConfigs().map(([, config]) => dockerConfig(config)),
  ];
}

/** What the stack no longer uses, once it has been deployed without it. */
export function superseded(mailu: Mailu, cluster: MailuCluster): readonly Resource[] {
  const secrets = secretValues(mailu, cluster);
  return [
    ...SECRET_KEYS.map((key) => {
      const value = secrets.get(key);
      const keep = value === undefined ? undefined : secretVersion({ name: named(key), value });
      return dockerSuperseded({
        object: 'secret',
        name: named(key),
        ...(keep === undefined ? {} : { keep }),
      });
    }),
    ...programConfigs().map(([, config]) =>
      dockerSuperseded({ object: 'config', name: config.name, keep: configVersion(config) }),
    ),
  ];
}
