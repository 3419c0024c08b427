import { ProvisionError } from '../errors/index.ts';
import type { Playbook } from '../playbook/index.ts';

/** All that `--stage` takes. */
export const stageNames = (playbooks: readonly Playbook[]): readonly string[] =>
  playbooks.flatMap(({ name, stages }) => [name, ...stages.map((stage) => `${name}/${stage.name}`)]);

/**
 * The playbooks with only those stages that `--stage` names: `storage/mount`, or `storage` for all of a playbook. Their
 * checks stay, and so does what playbooks up to the last named one inspect, for each builds on those before it. What a later one
 * would refuse is no reason against what comes before: the storage can be mended while the accounts are lost.
 *
 * @throws ProvisionError where a name is unknown.
 */
export function onlyStages(
  playbooks: readonly Playbook[],
  wanted: readonly string[] | undefined,
): readonly Playbook[] {
  if (wanted === undefined) return playbooks;
  const known = stageNames(playbooks);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ProvisionError(
      `--stage ${unknown.join(', ')}: no such stage; the stages are ${known.join(', ')}`,
      {
        code: 'unknown-stage',
      },
    );
  const named = ({ name, stages }: Playbook) =>
    wanted.includes(name) || stages.some((stage) => wanted.includes(`${name}/${stage.name}`));
  const last = playbooks.findLastIndex(named);
  return playbooks.map((playbook, index) => ({
    ...playbook,
    inspect: index > last ? () => [] : playbook.inspect,
    stages: playbook.stages.filter(
      ({ name }) => wanted.includes(playbook.name) || wanted.includes(`${playbook.name}/${name}`),
    ),
  }));
}
