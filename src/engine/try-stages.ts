import { ProvisionError } from '../errors/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { isReached, type Playbook } from '../playbook/index.ts';
import { Refusal, type Resource } from '../resource/index.ts';
import { declaredOnce, oneMachineAtMost, toKnownHosts } from './build.ts';
import { factProbes } from './facts.ts';
import { type AnyCluster, clusterOf } from './sections.ts';

/**
 * Builds all stages as far as they ask neither for facts nor for secrets, as if every host were reached: what is wrong there is told
 * before anything is connected.
 *
 * @throws ProvisionError with the mistakes of all stages.
 */
export function tryStages(inventory: Inventory, playbooks: readonly Playbook[]): void {
  const errors: ProvisionError[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ProvisionError)) throw error;
      errors.push(error);
    }
  };
  const seen = new Map<string, string>();
  for (const playbook of playbooks) {
    const cluster = clusterOf(inventory, playbook);
    const { settings, others } = cluster;
    const sections = new Map([[playbook, { settings, others }]]);
    // Of one host: those of all are made before anything is connected.
    for (const host of inventory.hosts.slice(0, 1))
      attempt(() => void factProbes([playbook], host, inventory.hosts, sections));
    attempt(() => void playbook.services(cluster));
    for (const stage of playbook.stages) attempt(() => tryStage(playbook, stage, cluster, seen));
  }
  if (errors.length === 0) return;
  const messages = new Set(errors.map(({ message }) => message));
  const fix = [...new Set(errors.flatMap((error) => error.fix))];
  throw new ProvisionError([...messages].join('\n'), { code: 'playbook', fix });
}

function tryStage(
  playbook: Playbook,
  stage: Playbook['stages'][number],
  given: AnyCluster,
  seen: Map<string, string>,
): void {
  const where = `${playbook.name}/${stage.name}`;
  const resources = new Map<string, readonly Resource[]>();
  const unknown = new Unknown();
  const cluster = unknown.in(given);
  for (const host of cluster.hosts.filter(isReached)) {
    const list = withoutAsking(unknown, () => stage.resources(host, cluster));
    if (list === undefined) return;
    toKnownHosts(list, where, cluster);
    declaredOnce(seen, list, { host: host.name, where });
    resources.set(host.name, list);
  }
  if (stage.rolling === undefined) oneMachineAtMost(where, resources);
}

/** Nothing where it asks for what is not known, whatever has become of that, or refuses. */
function withoutAsking<T>(unknown: Unknown, work: () => T): T | undefined {
  try {
    const done = work();
    return unknown.wasAsked ? undefined : done;
  } catch (error) {
    if (unknown.wasAsked || error instanceof Refusal) return undefined;
    throw error;
  }
}

/** The facts of all hosts and the values of all secrets, where nobody has been asked for them. */
class Unknown {
  wasAsked = false;

  in(cluster: AnyCluster): AnyCluster {
    const facts = new Proxy({}, this.#handler());
    return {
      ...cluster,
      secret: () => this.#ask(),
      hosts: cluster.hosts.map((host) => ({ ...host, facts })),
    };
  }

  #ask(): never {
    this.wasAsked = true;
    // Nobody looks into the trace of a refusal for whose it is.
    throw new Refusal('nothing has been asked yet', []);
  }

  #handler(): ProxyHandler<object> {
    const ask = () => this.#ask();
    return { get: ask, has: ask, ownKeys: ask, getOwnPropertyDescriptor: ask };
  }
}
