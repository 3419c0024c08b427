import { z } from 'zod';
import { ProbeError } from '../resource/index.ts';
import { raw, type Script, sh } from '../shell/index.ts';
import { dockerThere, NOT_INSTALLED, NOT_RUNNING } from './ask-docker.ts';

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
 * Text that tells of the service and of its containers here, and has `look` look where these have had their data, and in the volumes
 * of the stack, or of a project of Compose with its name, which outlive it. Starts nothing.
 */
export function adminText(service: string, stack: string): Script {
  return sh`
    ${dockerThere}
    case $docker_there_code in ${NOT_INSTALLED}) ;; ${NOT_RUNNING}) echo 'engine stopped' ;; *)
      ids=$(timeout 30 docker ps -aq --no-trunc --filter ${`label=com.docker.swarm.service.name=${service}`}) || exit 66
      echo 'engine asked'
      for id in $ids; do
        told=$(timeout 30 docker inspect --format ${`{{.State.Running}} {{range .Mounts}}{{if eq .Destination "${DATA}"}}{{.Source}}{{end}}{{end}}`} "$id" 2>&1) ||
          case $told in *[Nn]'o such '*) continue ;; *) printf '%s\n' "$told" >&2; exit 66 ;; esac
        had=\${told#* }
        echo "container $id $told"
        if [ -n "$had" ]; then look "$had/main.db"; echo "looked $had"
        elif told=$(timeout 30 docker cp "$id":${raw(`${DATA}/main.db`)} - 2>&1 >/dev/null); then echo "inside $id"
        else case $told in *'not find'* | *[Nn]'o such '*) ;; *) printf '%s\n' "$told" >&2; exit 66 ;; esac; fi
      done
      names=$(timeout 30 docker volume ls -q --filter ${`label=com.docker.stack.namespace=${stack}`}) || exit 66
      more=$(timeout 30 docker volume ls -q --filter ${`label=com.docker.compose.project=${stack}`}) || exit 66
      for name in $names $more; do
        told=$(timeout 30 docker volume inspect --format '{{.Mountpoint}}' -- "$name" 2>&1) ||
          case $told in *[Nn]'o such '*) continue ;; *) printf '%s\n' "$told" >&2; exit 66 ;; esac
        [ -z "$told" ] || { look "$told/main.db"; echo "looked $told"; }
      done
      if one=$(timeout 30 docker service inspect --format '{{json .}}' -- ${service} 2>&1); then printf 'service %s\n' "$one"
      else case $one in *'no such service'* | *'not a swarm manager'* | *'not part of a swarm'* | *'does not have a leader'* | *'deadline exceeded'*) ;; *) printf '%s\n' "$one" >&2; exit 66 ;; esac; fi
    esac`;
}

/** Reads what that text printed. @throws ProbeError where docker described the service in a way that we do not know. */
export function readAdmin(rows: readonly string[]): {
  readonly containers: readonly AdminContainer[];
  readonly engine: 'asked' | 'stopped' | 'none';
  readonly service: AdminService | undefined;
} {
  const of = (kind: string) =>
    rows.filter((row) => row.startsWith(`${kind} `)).map((row) => row.slice(kind.length + 1));
  const inside = of('inside');
  const [service] = of('service');
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
    service: service === undefined ? undefined : readService(service),
  };
}

const inspected = z.object({
  Spec: z.object({
    TaskTemplate: z.object({
      ContainerSpec: z.object({
        Image: z.string().default(''),
        Env: z.array(z.string()).nullish(),
        Mounts: z.array(z.object({ Source: z.string().default(''), Target: z.string() })).nullish(),
      }),
      Placement: z.object({ Constraints: z.array(z.string()).nullish() }).nullish(),
    }),
  }),
});

function readService(json: string): AdminService {
  const read = inspected.safeParse(JSON.parse(json));
  if (!read.success) throw new ProbeError('docker described the service of the accounts in an unknown way');
  const { ContainerSpec, Placement } = read.data.Spec.TaskTemplate;
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
      ContainerSpec.Mounts?.find(({ Target }) => Target.replace(/\/+$/, '') === DATA)?.Source || undefined,
    node: bound[0],
    image: ContainerSpec.Image,
  };
}
