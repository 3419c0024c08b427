import { UNREAD } from '../facts/index.ts';
import type { GlusterHost, HeldBrick } from './gluster-pool.ts';

/** Whether a brick is there, as far as its host could tell. */
export function isWhole({ holder, path }: HeldBrick<GlusterHost>, volumeId: string): boolean {
  const mark = holder?.facts?.gluster.marks[path];
  return mark === volumeId || mark === UNREAD;
}

/** Whether a brick is not there, and its disk may be away: what it held may come back. */
export function isAway(brick: HeldBrick<GlusterHost>, volumeId: string): boolean {
  return !isWhole(brick, volumeId) && brick.holder?.facts?.gluster.away[brick.path] !== undefined;
}

/** Whether the host of a brick was installed anew, or has another disk in the place of the brick's. */
export function isEmptied(brick: HeldBrick<GlusterHost>, volumeId: string): boolean {
  return brick.holder?.facts !== undefined && !isWhole(brick, volumeId) && !isAway(brick, volumeId);
}

/** Whether the host of a brick did not answer: how the brick is, and what it has, is not known. */
export function isSilent({ holder }: HeldBrick<GlusterHost>): boolean {
  return holder !== undefined && holder.facts === undefined;
}
