import { file, packages, type Resource, service } from 'provision-swarm';
import type { Machine } from '../settings/base.ts';

const SOURCES = '/etc/chrony/sources.d/provision.sources';

type Keeper =
  | { readonly kind: 'none' }
  | { readonly kind: 'there'; readonly unit: string }
  | { readonly kind: 'chrony' };

/** What keeps the clock: the service that is there, or chrony where nothing is. A container has its host's clock. */
function keeperOf({ settings: { clock }, facts }: Machine): Keeper {
  const [there] = facts.clock.keepers;
  if (clock === 'keep' || (clock === 'auto' && facts.machine.container)) return { kind: 'none' };
  if (clock === 'auto' && there !== undefined && !/^chronyd?\./.test(there.unit))
    return { kind: 'there', unit: there.unit };
  return { kind: 'chrony' };
}

export function clockPackages(host: Machine): readonly Resource[] {
  const { timeServers } = host.settings;
  if (keeperOf(host).kind !== 'chrony') return [];
  const sources = timeServers.map((server) => `server ${server} iburst\n`).join('');
  return [
    packages({ names: ['chrony'] }),
    ...(timeServers.length === 0 ? [] : [file({ path: SOURCES, content: sources })]),
  ];
}

export function clockService(host: Machine): readonly Resource[] {
  const keeper = keeperOf(host);
  if (keeper.kind === 'none') return [];
  if (keeper.kind === 'there') return [service({ unit: keeper.unit })];
  return [service({ unit: 'chrony.service', configuration: [SOURCES] })];
}
