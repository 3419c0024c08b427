import type { Compose, ComposeService } from './compose.ts';
import { FieldList, type Fields } from './fields.ts';
import { bytes, bytesText, durationText, nanoseconds } from './units.ts';

const time = (text: string | undefined) => (text === undefined ? undefined : durationText(nanoseconds(text)));
const size = (text: string | undefined) => (text === undefined ? undefined : bytesText(bytes(text)));
const list = (values: readonly string[] | undefined) =>
  values === undefined ? undefined : JSON.stringify(values);

/** How a secret or config is given to a service. */
export function given(name: string, mode: number, uid: string, gid: string): string {
  const owner = uid === '0' && gid === '0' ? '' : ` ${uid}:${gid}`;
  return `${name} 0${mode.toString(8)}${owner}`;
}

export const inFolder = (folder: string, target: string) =>
  target.startsWith('/') ? target : `${folder}/${target}`;

/** The services of a stack file as fields. */
export function wantedServices(stack: string, compose: Compose): ReadonlyMap<string, Fields> {
  return new Map(
    Object.entries(compose.services).map(([name, service]) => [
      name,
      wantedFields(stack, compose, name, service),
    ]),
  );
}

function wantedFields(stack: string, compose: Compose, name: string, service: ComposeService): Fields {
  const { deploy, healthcheck, logging } = service;
  const out = new FieldList();
  out.one('image', service.image);
  out.one('entrypoint', list(service.entrypoint));
  out.one('command', list(service.command));
  out.one('hostname', service.hostname);
  out.one('user', service.user);
  out.one('init', service.init);
  out.one('stop grace period', time(service.stop_grace_period));
  for (const [key, value] of Object.entries(service.environment)) out.of('environment', key, value);
  for (const [key, value] of Object.entries(service.labels)) out.of('container label', key, value);
  for (const mount of service.volumes) {
    const source =
      mount.type === 'tmpfs'
        ? ''
        : mount.type === 'volume'
          ? ` ${stack}_${mount.source}`
          : ` ${mount.source}`;
    const readOnly = mount.type === 'bind' && mount.read_only === true ? ' read-only' : '';
    out.of('mount', mount.target, `${mount.type}${source}${readOnly}`);
  }
  for (const { source, target, mode = 0o444, uid = '0', gid = '0' } of service.secrets)
    out.of(
      'secret',
      inFolder('/run/secrets', target),
      given(compose.secrets[source]?.name ?? source, mode, uid, gid),
    );
  for (const { source, target, mode = 0o444, uid = '0', gid = '0' } of service.configs)
    out.of('config', inFolder('', target), given(compose.configs[source]?.name ?? source, mode, uid, gid));
  for (const [network, options] of Object.entries(service.networks)) {
    const made = compose.networks[network];
    const named = made !== undefined && 'name' in made ? made.name : `${stack}_${network}`;
    out.of('network', named, [...new Set([name, ...(options?.aliases ?? [])])].toSorted().join(', '));
  }
  for (const { published, protocol, target, mode } of service.ports)
    out.of('port', `${published}/${protocol}`, `${mode} to ${target}`);
  for (const capability of service.cap_add) out.of('capability', capability, 'added');
  for (const capability of service.cap_drop) out.of('capability', capability, 'dropped');

  if (healthcheck !== undefined && 'disable' in healthcheck) out.one('health test', '["NONE"]');
  else if (healthcheck !== undefined) {
    out.one('health test', list(healthcheck.test));
    out.one('health interval', time(healthcheck.interval));
    out.one('health timeout', time(healthcheck.timeout));
    out.one('health retries', healthcheck.retries);
    out.one('health start period', time(healthcheck.start_period));
  }
  out.one('log driver', logging?.driver);
  for (const [key, value] of Object.entries(logging?.options ?? {})) out.of('log option', key, value);

  out.one('mode', deploy.mode);
  if (deploy.mode === 'replicated') out.one('replicas', deploy.replicas ?? 1);
  out.one('endpoint mode', deploy.endpoint_mode);
  for (const [key, value] of Object.entries(deploy.labels)) out.of('label', key, value);
  for (const constraint of deploy.placement.constraints) out.of('constraint', spaced(constraint), true);
  out.one('max replicas per node', deploy.placement.max_replicas_per_node);
  for (const [kind, values] of [
    ['limit', deploy.resources.limits],
    ['reserve', deploy.resources.reservations],
  ] as const) {
    out.one(`${kind} cpus`, values?.cpus === undefined ? undefined : Number(values.cpus));
    out.one(`${kind} memory`, size(values?.memory));
  }
  const restart = deploy.restart_policy;
  out.one('restart condition', restart?.condition);
  out.one('restart delay', time(restart?.delay));
  out.one('restart attempts', restart?.max_attempts);
  out.one('restart window', time(restart?.window));
  for (const [kind, config] of [
    ['update', deploy.update_config],
    ['rollback', deploy.rollback_config],
  ] as const) {
    out.one(`${kind} parallelism`, config?.parallelism);
    out.one(`${kind} delay`, time(config?.delay));
    out.one(`${kind} failure action`, config?.failure_action);
    out.one(`${kind} monitor`, time(config?.monitor));
    out.one(`${kind} failure ratio`, config?.max_failure_ratio);
    out.one(`${kind} order`, config?.order);
  }
  return out.fields;
}

/** A constraint as swarm keeps it and as people write it differ in spaces alone. */
export const spaced = (constraint: string) => constraint.replace(/\s*(==|!=)\s*/, ' $1 ').trim();
