import { didYouMean, ProvisionError } from '../errors/index.ts';
import { type Cluster, isReached } from '../playbook/index.ts';
import { Refusal, type Resource } from '../resource/index.ts';
import { isAboutLeftOut } from './about-another.ts';
import type { BuiltStage } from './built-stage.ts';
import { clusterNow } from './cluster-now.ts';
import type { Run } from './run.ts';
import { undecided } from './undecided.ts';

/**
 * Calls the stage functions with what is known now.
 *
 * @throws ProvisionError where a playbook names a thing twice on a host, or asks for what a kind does not allow.
 */
export function buildStages(run: Run): readonly BuiltStage[] {
  const seen = new Map<string, string>();
  return run.options.playbooks.flatMap((playbook) => {
    const cluster = clusterNow(run, playbook);
    return playbook.stages.map((stage): BuiltStage => {
      const where = `${playbook.name}/${stage.name}`;
      const resources = new Map<string, readonly Resource[]>();
      for (const host of cluster.hosts.filter(isReached)) {
        const list = resourcesOf(where, () => stage.resources(host, cluster));
        toKnownHosts(list, where, cluster);
        declaredOnce(seen, list, { host: host.name, where });
        resources.set(
          host.name,
          list.filter((resource) => !isAboutLeftOut(resource, run)),
        );
      }
      if (stage.rolling === undefined) oneMachineAtMost(where, resources);
      return { playbook, stage, cluster, resources };
    });
  });
}

function resourcesOf(where: string, make: () => readonly Resource[]): readonly Resource[] {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return [undecided(where, error)];
    throw error;
  }
}

/** @throws ProvisionError where something is needed of a host that is in no inventory. */
export function toKnownHosts(
  list: readonly Resource[],
  where: string,
  { hosts }: Cluster<unknown, unknown, unknown>,
): void {
  for (const { id, origin, refs } of list)
    for (const { host, resource } of refs) {
      if (hosts.some(({ name }) => name === host)) continue;
      const meant = didYouMean(
        host,
        hosts.map(({ name }) => name),
      );
      throw new ProvisionError(
        `playbook stage ${where}: \`${id}\`${at(origin)} needs \`${resource}\` of ${host}, and there is no such host${meant ?? ''}`,
        { code: 'playbook' },
      );
    }
}

const at = (origin: string | undefined): string => (origin === undefined ? '' : ` (${origin})`);

/** @throws ProvisionError where something is wanted of a host that another stage, or this one, wants of it. */
export function declaredOnce(
  seen: Map<string, string>,
  list: readonly Resource[],
  { host, where }: { readonly host: string; readonly where: string },
): void {
  for (const { id } of list) {
    const name = `${host}: ${id}`;
    const other = seen.get(name);
    if (other !== undefined)
      throw new ProvisionError(`${name}: declared twice: in ${other} and in ${where}`, {
        code: 'playbook',
      });
    seen.set(name, where);
  }
}

/** @throws ProvisionError where a stage that does not roll may end several machines: with all of them away nothing runs. */
export function oneMachineAtMost(where: string, resources: ReadonlyMap<string, readonly Resource[]>): void {
  const ending = [...resources].flatMap(([host, list]) => {
    const one = list.find(({ endsMachine }) => endsMachine);
    return one === undefined ? [] : [{ host, one }];
  });
  const [first, second] = ending;
  if (first === undefined || second === undefined) return;
  throw new ProvisionError(
    `playbook stage ${where}: \`${first.one.id}\`${at(first.one.origin)} may end ${ending.map(({ host }) => host).join(', ')} at once`,
    {
      code: 'playbook',
      fix: ['write `rolling: {}` into that stage, or gates: one machine at a time is away then'],
    },
  );
}
