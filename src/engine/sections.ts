import type { ZodType } from 'zod';
import { didYouMean, ProvisionError } from '../errors/index.ts';
import { type Inventory, SecretName } from '../inventory/index.ts';
import type { Cluster, Consent, Pasted, Playbook } from '../playbook/index.ts';
import { atOrigin, byName, runPlaybookCode } from '../resource/index.ts';
import { check, inWords } from '../schema/index.ts';
import type { Secret } from '../shell/index.ts';

/** Makes the command that a person pastes to run something as root on a host. */
export type OnHost = (host: string, command: string, pasted?: Pasted) => string;

export type AnyCluster = Cluster<unknown, unknown, unknown>;

/** What a run knows beyond the inventory. */
export interface Known {
  readonly onHost: OnHost;
  readonly consents: ReadonlySet<Consent>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

export const NOTHING: Known = { onHost: (_, command) => command, consents: new Set(), secrets: new Map() };

/** The hosts before anything was asked. */
export function clusterOf(inventory: Inventory, playbook: Playbook, known: Known = NOTHING): AnyCluster {
  const section = inventory.sections.get(playbook.name);
  return {
    name: inventory.cluster,
    settings: section?.cluster,
    others: Object.fromEntries(
      Object.entries(playbook.others).map(([name, schema]) => [
        name,
        inventory.sections.get(name)?.cluster ?? withoutSection(playbook, name, schema, inventory),
      ]),
    ),
    consents: known.consents,
    secret: secretOf(known.secrets),
    // By name: in which order a file has them means nothing.
    hosts: inventory.hosts.toSorted(byName).map(({ name, address }) => ({
      name,
      address,
      settings: section?.hosts.get(name),
      facts: undefined,
      ahead: undefined,
      onHost: (command: string, pasted?: Pasted) => {
        if (typeof command !== 'string') throw new TypeError('onHost: expected a command as a text');
        return known.onHost(name, command, pasted);
      },
    })),
  };
}

/** What a section says that nobody has, by its schema alone. */
function withoutSection(
  { name: playbook, origin }: Playbook,
  name: string,
  schema: ZodType,
  { sections }: Inventory,
): unknown {
  const checked = runPlaybookCode(`playbook ${playbook}: others.${name}`, () => check(schema, {}), origin);
  if ('data' in checked) return checked.data;
  const meant = didYouMean(name, [...sections.keys()]) ?? '';
  const lacks = checked.mistakes.map(inWords).join('; ');
  throw new ProvisionError(
    `${atOrigin(origin)}playbook ${playbook}: others.${name}: no playbook has that name, and its schema needs values (${lacks})${meant}`,
    { code: 'playbook' },
  );
}

export function secretOf(secrets: ReadonlyMap<string, Secret>) {
  return (wanted: SecretName): Secret => {
    if (!(wanted instanceof SecretName))
      throw new TypeError('expected a secret as the section names it: its schema has `secretName()` there');
    const secret = secrets.get(wanted.name);
    if (secret === undefined) throw new Error(`the secret ${wanted.name} has not been read`);
    return secret;
  };
}
