import { recordedBricks, template } from 'provision';
import type { Member } from './gluster-site.ts';
import { type Reached, type Storage, volumeOf } from './settings.ts';

/** Where bricks had their ports before 3.4; no system gives these to connections of its own. */
const FIRST_PORT = 24009;

/** The names of the options that the template sets. */
const OURS =
  /^(transport-type|transport\.socket\.(keepalive-(time|interval)|read-fail-log|listen-port)|working-directory|ping-timeout|event-threads|base-port|max-port)$/;

/** Where glusterd keeps its state stays: elsewhere it would come up with no pool. Options that we do not set stay as well. */
export function daemonConf(
  { facts }: Reached,
  all: readonly Member[],
  self: Member,
  cluster: Storage,
): string {
  const ports = { first: FIRST_PORT, last: FIRST_PORT + bricksHere(all, self, cluster) - 1 };
  const { 'working-directory': directory = '/var/lib/glusterd', ...rest } = facts.gluster.daemonOptions;
  const others = Object.entries(rest)
    .filter(([name]) => !OURS.test(name))
    .map(([name, value]) => `${name} ${value}`);
  return template(import.meta.url, '../../templates/glusterd.vol.hbs', { ...ports, directory, others });
}

/** How many bricks may run on a host: one of each volume that it knows, or as many as it holds. */
function bricksHere(all: readonly Member[], self: Member, { settings }: Storage): number {
  const volumes = new Set([...Object.keys(self.facts?.gluster.known ?? {}), volumeOf(settings)]);
  const held = [...volumes].map(
    (volume) => recordedBricks(all, volume).filter(({ holder }) => holder?.name === self.name).length,
  );
  return held.reduce((sum, count) => sum + Math.max(1, count), 0);
}
