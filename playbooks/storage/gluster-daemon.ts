import { recordedBricks, template } from 'provision-swarm';
import { type Reached, type Storage, volumeOf } from '../settings/storage.ts';
import type { Member } from './gluster-site.ts';

/** Where bricks had their ports before 3.4; no system gives these to connections of its own. */
const FIRST_PORT = 24009;

/** Where glusterd keeps its state, unless somebody has said otherwise. */
export const STATE = '/var/lib/glusterd';

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
  const ports = portsOf(all, self, cluster);
  const { 'working-directory': directory = STATE, ...rest } = facts.gluster.daemonOptions;
  const others = Object.entries(rest)
    .filter(([name]) => !OURS.test(name))
    .map(([name, value]) => `${name} ${value}`);
  return template(import.meta.url, '../../templates/glusterd.vol.hbs', { ...ports, directory, others });
}

const portsOf = (all: readonly Member[], self: Member, cluster: Storage) => ({
  first: FIRST_PORT,
  last: FIRST_PORT + bricksHere(all, self, cluster) - 1,
});

/** Seconds for which the kernel remembers a connection that has ended (TCP_TIMEWAIT_LEN is 60 s), and some more. */
const FORGOTTEN = 65;

/**
 * A drop-in for glusterd, which looks for a free port without SO_REUSEADDR, and gives a brick up for good where none is ("All the ports in
 * the range are exhausted", glusterd_volume_start_glusterfs, 11.1): started again within a minute, as by an upgrade of its package, it
 * would leave the brick offline. So it begins when the ports of its bricks are forgotten, which `ss -K` brings about where the
 * kernel lets it.
 */
export function portsForgotten(all: readonly Member[], self: Member, cluster: Storage): string {
  const { first, last } = portsOf(all, self, cluster);
  const left = `state time-wait "( sport >= :${first} and sport <= :${last} )"`;
  const wait = `n=0; while [ -n "$$(ss -Htan ${left})" ] && [ "$$n" -lt ${FORGOTTEN} ]; do ss -K ${left} >/dev/null 2>&1; n=$$((n + 1)); sleep 1; done`;
  return `# Written by provision.\n[Service]\nExecStartPre=-/bin/sh -c '${wait}'\nTimeoutStartSec=180\n`;
}

/** How many bricks may run on a host: one of each volume that it knows, or as many as it holds. */
function bricksHere(all: readonly Member[], self: Member, { settings }: Storage): number {
  const volumes = new Set([...Object.keys(self.facts?.gluster.known ?? {}), volumeOf(settings)]);
  const held = [...volumes].map(
    (volume) => recordedBricks(all, volume).filter(({ holder }) => holder?.name === self.name).length,
  );
  return held.reduce((sum, count) => sum + Math.max(1, count), 0);
}
