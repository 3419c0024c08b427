import type { Restart } from '../resource/index.ts';

/**
 * How long units are away when they are started anew, and what goes with them. Docker's: seen on nodes of the lab, from `docker.service`
 * stopping until the last of its containers runs again; a container has ten seconds to end (dockerd(8), --shutdown-timeout).
 */
const PAUSES: Readonly<Record<string, string>> = {
  'docker.service': 'about half a minute, with all its containers',
};

/** A unit on the host that is changed, which its change stops for a moment. */
export function startedAnew(unit: string): Restart {
  const pause = PAUSES[unit];
  return pause === undefined ? { name: unit, here: true } : { name: unit, here: true, pause };
}

/** A unit on the host that is changed, which stays stopped. */
export const stoppedForGood = (unit: string): Restart => ({ name: unit, here: true, pause: 'for good' });
