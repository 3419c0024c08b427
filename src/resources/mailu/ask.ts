import { z } from 'zod';
import { dockerContainers } from '../../facts/index.ts';
import { type Probe, ProbeError, Unobservable } from '../../resource/index.ts';
import { lines, raw, type Script, sh } from '../../shell/index.ts';
import { dockerProbe } from '../docker/docker-probe.ts';

const ELSEWHERE = 'elsewhere';
const NOT_READY = 'not ready';

/** Text that sets `$admin` to the container of Mailu's admin on this host, or ends. A task has a container of its own. */
export function findAdmin(service: string): Script {
  return sh`
    containers=$(${dockerContainers}) || exit
    admin=$(printf '%s\n' "$containers" | awk -v service=${service} '$1 == "container" && $3 == "true" && $6 == service { print $2, $5; exit }')
    [ -n "$admin" ] || { echo ${ELSEWHERE}; exit 0; }
    health=\${admin#* }
    admin=\${admin%% *}
    case $health in - | healthy) ;; *) echo ${NOT_READY}; exit 0 ;; esac`;
}

/** A list in what Mailu exports, which leaves out one that is empty. */
export const exportedList = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

/** What Mailu exports, and the lines that something asked in the same container has printed before. */
export interface AdminAnswer<Have> {
  readonly exported: Have;
  readonly before: readonly string[];
}

/**
 * What Mailu says of itself, as JSON (docs/cli.rst, config-export): these attributes, whether or not they have their
 * default, read by `schema`. Asked on the host that runs admin.
 */
export function adminProbe<Have>(
  service: string,
  attributes: readonly string[],
  schema: z.ZodType<Have>,
): Probe<Have> {
  const { script, parse } = adminAnswer(service, attributes, schema, sh`:`);
  return {
    script,
    parse: (output) => {
      const answer = parse(output);
      return answer instanceof Unobservable ? answer : answer.exported;
    },
  };
}

/** The same, with something asked before in the container, in the same exec. */
export function adminAnswer<Have>(
  service: string,
  attributes: readonly string[],
  schema: z.ZodType<Have>,
  before: Script,
): Probe<AdminAnswer<Have>> {
  const inside = lines([before, raw('exec flask mailu config-export --json "$@"')]);
  return dockerProbe(
    service,
    sh`
      ${findAdmin(service)}
      timeout 60 docker exec "$admin" sh -c ${inside.shown} sh ${attributes}`,
    (stdout) => {
      const said = stdout.trim();
      if (said === ELSEWHERE) return new Unobservable(`${service} does not run on this host yet`);
      if (said === NOT_READY) return new Unobservable(`${service} is not ready yet`);
      // What Python warns of comes before it, where it goes to stdout.
      const begin = /^\{/m.exec(said)?.index;
      if (begin === undefined) throw new ProbeError(`${service} exported nothing: ${said.slice(0, 200)}`);
      const read = schema.safeParse(JSON.parse(said.slice(begin)));
      if (!read.success) throw new ProbeError(`${service} exported in a way that we do not know`);
      return { exported: read.data, before: said.slice(0, begin).split('\n') };
    },
  );
}
