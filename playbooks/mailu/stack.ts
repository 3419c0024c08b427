import { template } from 'provision-swarm';
import type { Mailu } from '../settings/mailu.ts';
import type { Service, Surroundings } from './service.ts';
import { networksOf, stackServices } from './services.ts';

/** The stack file, rendered. */
export function stackFile(mailu: Mailu, around: Surroundings): string {
  const services = stackServices(mailu, around);
  const used = new Set(services.flatMap(({ secrets }) => secrets.map(({ source }) => source)));
  const configs = new Set(services.flatMap((service) => service.configs.map(({ source }) => source)));
  return template(
    import.meta.url,
    '../../templates/stack.yaml.hbs',
    escaped({
      services: services.map(shown),
      network: mailu.network.name,
      networks: networksOf(mailu),
      volumes: volumesOf(services),
      logging: mailu.logging,
      secrets: [...used].map((key) => ({ key, name: around.secrets[key] ?? '' })),
      configs: [...configs].map((key) => ({ key, name: around.configs[key] })),
    }) as Record<string, unknown>,
  );
}

/** Volumes that services name, once each. */
function volumesOf(services: readonly Service[]): readonly string[] {
  const local = services.flatMap(({ mounts }) => mounts).filter(({ type }) => type === 'volume');
  return [...new Set(local.map(({ source }) => source))];
}

/** A service as the template takes it. */
function shown(service: Service) {
  const { health, limit, reserve, ...rest } = service;
  return {
    ...rest,
    entrypoint: service.entrypoint ?? null,
    hostname: service.hostname ?? null,
    environment: Object.entries(service.environment).map(([name, value]) => ({ name, value })),
    health:
      health === 'none'
        ? { disable: true, test: null, startPeriod: '', interval: null, retries: null }
        : {
            disable: false,
            test: health.test ?? null,
            startPeriod: health.startPeriod,
            interval: health.interval ?? null,
            retries: health.retries ?? null,
          },
    resources: {
      ...(limit === undefined ? {} : { limits: limit }),
      ...(reserve === undefined ? {} : { reservations: reserve }),
    },
  };
}

/** Docker fills in `$NAME` from its own environment; a doubled sign is one. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
}
