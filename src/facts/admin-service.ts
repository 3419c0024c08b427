import { z } from 'zod';
import { ProbeError } from '../resource/index.ts';
import { raw, type Script, sh } from '../shell/index.ts';
import { dockerThere, NOT_INSTALLED, NOT_RUNNING } from './ask-docker.ts';
import { dockerContainers } from './docker-containers.ts';
import { readEngine } from './engine-api.ts';
import { lookInVolumes } from './stack-volumes.ts';
import { swarmServices } from './swarm-services.ts';
import { withoutEnd } from './without-end.ts';

/** The service that runs Mailu's administration, as its managers know it, whoever made it. */
export interface AdminService {
  /** Variables of its containers; those that name a database decide where the accounts are. */
  readonly environment: Readonly<Record<string, string>>;
  /** The directory of a node, or the volume, that has its data; undefined: it names none, and a container may have one of its own. */
  readonly data: string | undefined;
  /** The host name of the node that it is bound to, if it is bound to one. */
  readonly node: string | undefined;
  /** The image that it runs. */
  readonly image: string;
}

/** A container of the service that runs Mailu's administration. */
export interface AdminContainer {
  /** Its id. */
  readonly id: string;
  /** Whether it runs. */
  readonly running: boolean;
  /** The directory of the host that it has its data in; undefined: none is mounted. */
  readonly data: string | undefined;
  /** Whether a file with accounts is in the container itself, and gone with it. */
  readonly inside: boolean;
}

/** Where an image of the administration has its data (core/admin/mailu/configuration.py: `sqlite:////data/main.db`). */
const DATA = '/data';

/**
 * Text that tells of the service and of its containers here, and has `look` look where these have had their data, and in volumes. Starts
 * nothing.
 */
export function adminText(service: string, stack: string): Script {
  return sh`
    ${dockerThere}
    case $docker_there_code in ${NOT_INSTALLED}) ;; ${NOT_RUNNING}) echo 'engine stopped' ;; *)
      containers=$(${dockerContainers}) || exit 66
      echo 'engine asked'
      tab=$(printf '\t')
      printf '%s\n' "$containers" | awk -v service=${service} -v data=${DATA} ${OWN} | while IFS=$tab read -r id running had; do
        echo "container $id $running $had"
        if [ -n "$had" ]; then look "$had/main.db" </dev/null; echo "looked $had"
        elif told=$(timeout 30 docker cp "$id":${raw(`${DATA}/main.db`)} - 2>&1 >/dev/null </dev/null); then echo "inside $id"
        else case $told in *'not find'* | *[Nn]'o such '*) ;; *) printf '%s\n' "$told" >&2; exit 66 ;; esac; fi
      done || exit 66
      ${lookInVolumes(stack)}
      services=$(${swarmServices}) || exit 66
      printf 'services %s\n' "$services"
    esac`;
}

/** Of each container of the service: its id, whether it runs, and the directory of the host that it has its data in. */
const OWN = `\
$1 == "container" { own = $6 == service; id = $2; if (own) { order[++count] = id; running[id] = $3 } }
own && $1 == "mount" && index($0, "mount " id " " data "\t") == 1 { had[id] = substr($0, index($0, "\t") + 1) }
END { for (i = 1; i <= count; i++) print order[i] "\t" running[order[i]] "\t" had[order[i]] }`;

/** Reads what that text printed. @throws ProbeError where docker described the service in a way that we do not know. */
export function readAdmin(
  name: string,
  rows: readonly string[],
): {
  readonly containers: readonly AdminContainer[];
  readonly engine: 'asked' | 'stopped' | 'none';
  readonly service: AdminService | undefined;
} {
  const of = (kind: string) =>
    rows.filter((row) => row.startsWith(`${kind} `)).map((row) => row.slice(kind.length + 1));
  const inside = of('inside');
  const [services = '[]'] = of('services');
  const [engine = 'none'] = of('engine');
  return {
    containers: of('container').map((row) => {
      const [id = '', running = '', ...data] = row.split(' ');
      return {
        id,
        running: running === 'true',
        data: data.join(' ') || undefined,
        inside: inside.includes(id),
      };
    }),
    engine: engine as 'asked' | 'stopped' | 'none',
    service: readService(name, services),
  };
}

const schema = z.array(
  z.object({
    Spec: z.object({
      Name: z.string(),
      TaskTemplate: z.object({
        ContainerSpec: z
          .object({
            Image: z.string().default(''),
            Env: z.array(z.string()).nullish(),
            Mounts: z.array(z.object({ Source: z.string().default(''), Target: z.string() })).nullish(),
          })
          .nullish(),
        Placement: z.object({ Constraints: z.array(z.string()).nullish() }).nullish(),
      }),
    }),
  }),
);

function readService(name: string, json: string): AdminService | undefined {
  const own = readEngine('the services', schema, json).find(({ Spec }) => Spec.Name === name);
  if (own === undefined) return undefined;
  const { ContainerSpec, Placement } = own.Spec.TaskTemplate;
  if (!ContainerSpec) throw new ProbeError('docker described the service of the accounts in an unknown way');
  const bound = (Placement?.Constraints ?? []).flatMap(
    (constraint) => /^node\.hostname\s*==\s*(\S+)$/.exec(constraint)?.[1] ?? [],
  );
  return {
    environment: Object.fromEntries(
      (ContainerSpec.Env ?? []).map((variable) => {
        const equals = variable.indexOf('=');
        return [variable.slice(0, equals), variable.slice(equals + 1)];
      }),
    ),
    // A volume without a name has no source here.
    data:
      ContainerSpec.Mounts?.map(({ Source, Target }) => ({
        source: withoutEnd(Source),
        target: withoutEnd(Target),
      })).find(({ target }) => target === DATA)?.source || undefined,
    node: bound[0],
    image: ContainerSpec.Image,
  };
}
