import { FieldList, type Fields } from './fields.ts';
import type { ServiceInspect } from './inspected.ts';
import { bytesText, durationText } from './units.ts';
import { given, inFolder, spaced } from './wanted.ts';

const time = (value: number | null | undefined) => (value == null ? undefined : durationText(value));
const list = (values: readonly string[] | null | undefined) =>
  values == null || values.length === 0 ? undefined : JSON.stringify(values);

/** What docker stack deploy writes on what it makes. */
const STACK_LABELS = 'com.docker.stack.';

/** A service as it is in the swarm, as fields. `networks` gives names for ids. */
export function serviceFields({ Spec: spec }: ServiceInspect, networks: ReadonlyMap<string, string>): Fields {
  const { ContainerSpec: container, Placement, Resources, RestartPolicy, LogDriver } = spec.TaskTemplate;
  const out = new FieldList();
  // The image as it was asked for; Docker adds the digest that it found.
  out.one('image', container.Image.replace(/@sha256:[0-9a-f]+$/, ''));
  out.one('entrypoint', list(container.Command));
  out.one('command', list(container.Args));
  out.one('hostname', container.Hostname);
  out.one('user', container.User);
  out.one('init', container.Init ?? undefined);
  out.one('stop grace period', time(container.StopGracePeriod));
  for (const variable of container.Env ?? []) {
    const equals = variable.indexOf('=');
    out.of('environment', variable.slice(0, equals), variable.slice(equals + 1));
  }
  for (const [key, value] of Object.entries(container.Labels ?? {}))
    if (!key.startsWith(STACK_LABELS)) out.of('container label', key, value);
  for (const { Type, Source, Target, ReadOnly } of container.Mounts ?? [])
    out.of('mount', Target, `${Type}${Source ? ` ${Source}` : ''}${ReadOnly === true ? ' read-only' : ''}`);
  for (const { File, SecretName } of container.Secrets ?? [])
    out.of('secret', inFolder('/run/secrets', File.Name), given(SecretName, File.Mode, File.UID, File.GID));
  for (const { File, ConfigName } of container.Configs ?? [])
    if (File) out.of('config', inFolder('', File.Name), given(ConfigName, File.Mode, File.UID, File.GID));
  for (const { Target, Aliases } of spec.TaskTemplate.Networks ?? [])
    out.of('network', networks.get(Target) ?? Target, (Aliases ?? []).toSorted().join(', '));
  for (const { Protocol, TargetPort, PublishedPort, PublishMode } of spec.EndpointSpec?.Ports ?? [])
    out.of('port', `${PublishedPort}/${Protocol}`, `${PublishMode} to ${TargetPort}`);
  for (const capability of container.CapabilityAdd ?? [])
    out.of('capability', withoutPrefix(capability), 'added');
  for (const capability of container.CapabilityDrop ?? [])
    out.of('capability', withoutPrefix(capability), 'dropped');

  const health = container.Healthcheck;
  out.one('health test', list(health?.Test));
  out.one('health interval', time(health?.Interval));
  out.one('health timeout', time(health?.Timeout));
  out.one('health retries', health?.Retries);
  out.one('health start period', time(health?.StartPeriod));
  out.one('log driver', LogDriver?.Name);
  for (const [key, value] of Object.entries(LogDriver?.Options ?? {})) out.of('log option', key, value);

  out.one('mode', spec.Mode.Global === undefined ? 'replicated' : 'global');
  out.one('replicas', spec.Mode.Replicated?.Replicas);
  out.one('endpoint mode', spec.EndpointSpec?.Mode);
  for (const [key, value] of Object.entries(spec.Labels))
    if (!key.startsWith(STACK_LABELS)) out.of('label', key, value);
  for (const constraint of Placement?.Constraints ?? []) out.of('constraint', spaced(constraint), true);
  out.one('max replicas per node', Placement?.MaxReplicas);
  for (const [kind, values] of [
    ['limit', Resources?.Limits],
    ['reserve', Resources?.Reservations],
  ] as const) {
    out.one(`${kind} cpus`, values?.NanoCPUs === undefined ? undefined : values.NanoCPUs / 1e9);
    out.one(`${kind} memory`, values?.MemoryBytes === undefined ? undefined : bytesText(values.MemoryBytes));
  }
  out.one('restart condition', RestartPolicy?.Condition);
  out.one('restart delay', time(RestartPolicy?.Delay));
  out.one('restart attempts', RestartPolicy?.MaxAttempts);
  out.one('restart window', time(RestartPolicy?.Window));
  for (const [kind, config] of [
    ['update', spec.UpdateConfig],
    ['rollback', spec.RollbackConfig],
  ] as const) {
    out.one(`${kind} parallelism`, config?.Parallelism);
    out.one(`${kind} delay`, config && durationText(config.Delay ?? 0));
    out.one(`${kind} failure action`, config?.FailureAction);
    out.one(`${kind} monitor`, time(config?.Monitor));
    out.one(`${kind} failure ratio`, config && (config.MaxFailureRatio ?? 0));
    out.one(`${kind} order`, config?.Order);
  }
  return out.fields;
}

const withoutPrefix = (capability: string) => capability.replace(/^CAP_/, '');
