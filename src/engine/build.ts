import { ProvisionError } from '../errors/index.ts';
import { type Cluster, isReached, type Playbook, type Stage } from '../playbook/index.ts';
import { Refusal, type Resource, runPlaybookCode } from '../resource/index.ts';
import type { OnHost } from './sections.ts';
import { undecided } from './undecided.ts';
import { viewFor } from './view.ts';
import type { World } from './world.ts';

/** A stage with its resources for every host that is reached. */
export interface BuiltStage {
  readonly playbook: Playbook;
  readonly stage: Stage<unknown, unknown, unknown>;
  readonly view: Cluster<unknown, unknown, unknown>;
  readonly resources: ReadonlyMap<string, readonly Resource[]>;
}

/**
 * Calls the stage functions with what is known now.
 *
 * @throws ProvisionError where a playbook names a thing twice on a host, or asks for what a kind does not allow.
 */
export function buildStages(world: World, onHost: OnHost): readonly BuiltStage[] {
  const seen = new Map<string, string>();
  return world.playbooks.flatMap((playbook) => {
    const view = viewFor(world, playbook, onHost);
    return playbook.stages.map((stage): BuiltStage => {
      const where = `${playbook.name}/${stage.name}`;
      const resources = new Map<string, readonly Resource[]>();
      for (const host of view.hosts.filter(isReached)) {
        const list = runPlaybookCode(`playbook stage ${where} for ${host.name}`, () =>
          resourcesOf(where, () => stage.resources(host, view)),
        );
        for (const { id } of list) once(seen, `${host.name}: ${id}`, where);
        resources.set(host.name, list);
      }
      if (stage.rolling === undefined) oneMachineAtMost(where, resources);
      return { playbook, stage, view, resources };
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

function once(seen: Map<string, string>, name: string, where: string): void {
  const other = seen.get(name);
  if (other !== undefined)
    throw new ProvisionError(`${name}: declared twice: in ${other} and in ${where}`, {
      code: 'playbook',
      exit: 3,
    });
  seen.set(name, where);
}

/** @throws ProvisionError where a stage that does not roll may end several machines: with all of them away nothing runs. */
function oneMachineAtMost(where: string, resources: ReadonlyMap<string, readonly Resource[]>): void {
  const ending = [...resources].flatMap(([host, list]) => {
    const one = list.find(({ endsMachine }) => endsMachine);
    return one === undefined ? [] : [{ host, one }];
  });
  const [first, second] = ending;
  if (first === undefined || second === undefined) return;
  const at = first.one.origin === undefined ? '' : ` (${first.one.origin})`;
  throw new ProvisionError(
    `playbook stage ${where}: \`${first.one.id}\`${at} may end ${ending.map(({ host }) => host).join(', ')} at once`,
    {
      code: 'playbook',
      exit: 3,
      fix: ['write `rolling: {}` into that stage, or gates: one machine at a time is away then'],
    },
  );
}

/** Whether a host has its turn in this stage only when the one before it is back. */
export function isRolled({ playbook, stage, view }: BuiltStage, name: string): boolean {
  const { rolling } = stage;
  const host = view.hosts.filter(isReached).find((one) => one.name === name);
  if (rolling === undefined || host === undefined) return false;
  const where = `playbook ${playbook.name}/${stage.name}: rolling.apart`;
  return !runPlaybookCode(where, () => rolling.apart?.(host, view) ?? false);
}

/** A host's resources from a stage on. */
export function resourcesFrom(built: readonly BuiltStage[], from: number, host: string): readonly Resource[] {
  return built.slice(from).flatMap(({ resources }) => resources.get(host) ?? []);
}
