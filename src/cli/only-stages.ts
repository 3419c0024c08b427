import { ProvisionError } from '../errors/index.ts';
import type { Playbook } from '../playbook/index.ts';

/**
 * The playbooks with only those stages that `--stage` names: `storage/mount`, or `storage` for all of a playbook. Their
 * checks and what they inspect stay: what is refused is refused whatever runs.
 *
 * @throws ProvisionError where a name is unknown.
 */
export function onlyStages(
  playbooks: readonly Playbook[],
  wanted: readonly string[] | undefined,
): readonly Playbook[] {
  if (wanted === undefined) return playbooks;
  const known = playbooks.flatMap(({ name, stages }) => [
    name,
    ...stages.map((stage) => `${name}/${stage.name}`),
  ]);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ProvisionError(
      `--stage ${unknown.join(', ')}: there is no such stage; there are ${known.join(', ')}`,
      {
        code: 'unknown-stage',
        exit: 3,
      },
    );
  return playbooks.map((playbook) => ({
    ...playbook,
    stages: playbook.stages.filter(
      ({ name }) => wanted.includes(playbook.name) || wanted.includes(`${playbook.name}/${name}`),
    ),
  }));
}
