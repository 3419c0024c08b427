import { parseDocument } from 'yaml';
import { z } from 'zod';
import { check, mistakesText } from '../../schema/index.ts';

/** The part of Compose file version 3.8 that a stack of ours may use: what swarm keeps, and nothing that it ignores. */
const duration = z.string().regex(/^\d+(ms|s|m|h)$/, 'expected a duration, as in `30s`');
const memory = z.string().regex(/^\d+[KMG]$/, 'expected a size, as in `512M`');
const cpus = z.string().regex(/^\d+(\.\d+)?$/, 'expected a number of CPUs as a string');
const limits = z.strictObject({ cpus: cpus.optional(), memory: memory.optional() });
const names = z.array(z.string());
const strings = z.record(z.string(), z.string());

const update = z.strictObject({
  parallelism: z.int().min(0).optional(),
  delay: duration.optional(),
  failure_action: z.enum(['continue', 'rollback', 'pause']).optional(),
  monitor: duration.optional(),
  max_failure_ratio: z.number().optional(),
  order: z.enum(['stop-first', 'start-first']).optional(),
});

const reference = z.strictObject({
  source: z.string(),
  target: z.string(),
  uid: z.string().optional(),
  gid: z.string().optional(),
  mode: z.int().optional(),
});

const volume = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bind'),
    source: z.string(),
    target: z.string(),
    read_only: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('volume'), source: z.string(), target: z.string() }),
  z.strictObject({ type: z.literal('tmpfs'), target: z.string() }),
]);

const service = z.strictObject({
  image: z.string(),
  entrypoint: names.optional(),
  command: names.optional(),
  hostname: z.string().optional(),
  user: z.string().optional(),
  init: z.boolean().optional(),
  labels: strings.default({}),
  environment: strings.default({}),
  volumes: z.array(volume).default([]),
  secrets: z.array(reference).default([]),
  configs: z.array(reference).default([]),
  networks: z.record(z.string(), z.strictObject({ aliases: names.default([]) }).nullable()),
  ports: z
    .array(
      z.strictObject({
        target: z.int(),
        published: z.int(),
        protocol: z.enum(['tcp', 'udp']).default('tcp'),
        mode: z.enum(['host', 'ingress']),
      }),
    )
    .default([]),
  healthcheck: z
    .union([
      z.strictObject({ disable: z.literal(true) }),
      z.strictObject({
        /** None: the image's own. */
        test: names.optional(),
        interval: duration.optional(),
        timeout: duration.optional(),
        retries: z.int().optional(),
        start_period: duration.optional(),
      }),
    ])
    .optional(),
  logging: z.strictObject({ driver: z.string(), options: strings.default({}) }).optional(),
  stop_grace_period: duration.optional(),
  cap_add: names.default([]),
  cap_drop: names.default([]),
  deploy: z.strictObject({
    mode: z.enum(['global', 'replicated']),
    replicas: z.int().min(0).optional(),
    endpoint_mode: z.enum(['vip', 'dnsrr']).optional(),
    labels: strings.default({}),
    placement: z
      .strictObject({ constraints: names.default([]), max_replicas_per_node: z.int().optional() })
      .prefault({}),
    resources: z.strictObject({ limits: limits.optional(), reservations: limits.optional() }).prefault({}),
    restart_policy: z
      .strictObject({
        condition: z.enum(['none', 'on-failure', 'any']),
        delay: duration.optional(),
        max_attempts: z.int().optional(),
        window: duration.optional(),
      })
      .optional(),
    update_config: update.optional(),
    rollback_config: update.optional(),
  }),
});

const external = z.strictObject({ external: z.literal(true), name: z.string() });

const composeSchema = z.strictObject({
  version: z.literal('3.8'),
  services: z.record(z.string(), service),
  networks: z.record(
    z.string(),
    z.union([
      external,
      z.strictObject({
        driver: z.literal('overlay'),
        internal: z.boolean().optional(),
        driver_opts: strings.optional(),
      }),
    ]),
  ),
  volumes: z.record(z.string(), z.strictObject({})).default({}),
  secrets: z.record(z.string(), external).default({}),
  configs: z.record(z.string(), external).default({}),
});

export type Compose = z.output<typeof composeSchema>;
export type ComposeService = z.output<typeof service>;

/** Text as Docker reads it: `$$` is a dollar sign, and a variable would be taken from whoever deploys. */
function asRead(value: unknown): unknown {
  if (typeof value === 'string') {
    if (/(^|[^$])(\$\$)*\$($|[^$])/.test(value))
      throw new Error(`the stack file asks for a variable (${value}); write \`$$\` for a dollar sign`);
    return value.replaceAll('$$', '$');
  }
  if (Array.isArray(value)) return value.map(asRead);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asRead(item)]));
}

/** Reads a stack file. @throws Error that names what is wrong and where. */
export function parseCompose(text: string): Compose {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw new Error(`the stack file is not YAML: ${document.errors[0]?.message}`);
  const parsed = check(composeSchema, asRead(document.toJS()));
  if ('mistakes' in parsed)
    throw new Error(`the stack file is not one that swarm keeps: ${mistakesText(parsed.mistakes)}`);
  const missing = missingVolume(parsed.data);
  if (missing !== undefined) throw new Error(`the stack file does not define the volume ${missing}`);
  return parsed.data;
}

/** `docker stack deploy` refuses a volume that only a service names. */
function missingVolume({ services, volumes }: Compose): string | undefined {
  return Object.values(services)
    .flatMap((each) => each.volumes)
    .flatMap((mount) => (mount.type === 'volume' ? [mount.source] : []))
    .find((source) => !(source in volumes));
}
