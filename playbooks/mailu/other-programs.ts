import { type Finding, type OpenFileFact, sh } from 'provision-swarm';
import type { Reached } from '../settings/mailu.ts';
import { endableUnit } from './starters.ts';

export const isBelow = (path: string, places: readonly string[]) =>
  places.some((place) => path === place || path.startsWith(`${place}/`));

/** Programs outside of containers that have files open below these places. */
export function otherPrograms(host: Reached, places: readonly string[]): readonly Finding[] {
  const found = new Map<string, OpenFileFact>();
  for (const opened of host.facts.openFiles)
    if (isBelow(opened.path, places)) {
      // What such a service has begun is not the service: a job's program is named, and the others go on.
      const file = { ...opened, unit: endableUnit(opened.unit) };
      const key = file.unit ?? `${file.program} ${file.pid}`;
      const other = found.get(key);
      if (other === undefined || (other.stands && !file.stands)) found.set(key, file);
    }
  return [...found.values()].map(({ program, pid, unit, path, stands }) => ({
    level: stands ? ('warn' as const) : ('refuse' as const),
    code: 'other-writer',
    host: host.name,
    message: stands
      ? `${program} (${unit}) works in ${path}, and has no file open there now. If it is another mail server's, or another Redis, end it: two that write the same files destroy them`
      : `${program}${unit === undefined ? ` (process ${pid})` : ` (${unit})`} has ${path} open to write, which this stack is to write${unit === undefined ? '' : '. The command below ends all that it does'}`,
    fix: [
      unit === undefined
        ? `end that program when its work is done: ${host.onHost(`ps -fp ${pid}`)}`
        : host.onHost(sh`systemctl disable --now ${unit}`.shown),
    ],
  }));
}
