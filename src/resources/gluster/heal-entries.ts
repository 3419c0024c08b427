import { type Script, sh } from '../../shell/index.ts';

/** Lines of `gluster volume heal … info` that are no entries, as basic patterns of grep(1) that JavaScript reads alike (glfs-heal.c). */
const FRAME = ['^ *$', '^Brick ', '^Status: Connected', '^Number of '];

/**
 * Counts what is read: every line that is not of the frame. The volume's root is `/ `, and a file that has no path yet its gfid
 * alone. Just after a brick was emptied its root is the only entry, and while it fills for minutes as well, "Possibly undergoing
 * heal" (the self-heal daemon holds its lock: afr_get_heal_info, GlusterFS 10). What is below `except`, and what no healing mends,
 * is left out. A brick that could not say all counts as one.
 */
export function countEntries(except: readonly string[]): Script {
  const others = [' - Is in split-brain', ...except.map((path) => `^${path.replaceAll('.', '\\.')}/`)];
  return sh`grep -cv ${[...FRAME, ...others].flatMap((pattern) => ['-e', pattern])}`;
}

/** Whether a line names something that the bricks do not hold alike, be it in split-brain, other than below `except`. */
export function isHealEntry(line: string, except: readonly string[]): boolean {
  return !new RegExp(FRAME.join('|')).test(line) && !except.some((path) => line.startsWith(`${path}/`));
}
