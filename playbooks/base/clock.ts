import { file, packages, type Resource, service } from 'provision';
import type { Machine } from './settings.ts';

const SOURCES = '/etc/chrony/sources.d/provision.sources';

/** A service that keeps the clock: the one that is there, or chrony where nothing is. A container has its host's clock. */
export function clockResources({ settings, facts }: Machine): readonly Resource[] {
  const [keeper] = facts.clock.keepers;
  const { clock, timeServers } = settings;
  const isChrony = keeper !== undefined && /^chronyd?\./.test(keeper.unit);
  if (clock === 'keep' || (clock === 'auto' && facts.machine.container)) return [];
  if (clock === 'auto' && keeper !== undefined && !isChrony) return [service({ unit: keeper.unit })];
  const sources = timeServers.map((server) => `server ${server} iburst\n`).join('');
  return [
    packages({ names: ['chrony'] }),
    ...(timeServers.length === 0 ? [] : [file({ path: SOURCES, content: sources })]),
    service({ unit: 'chrony.service', configuration: timeServers.length === 0 ? [] : [SOURCES] }),
  ];
}
