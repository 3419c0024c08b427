import { raw, type Script, sh } from '../shell/index.ts';

/** Docker's own name server, as every container on an overlay network has it. */
export const EMBEDDED = '127.0.0.11';

/** Prints the engine's version; false where Docker does not run. Its socket, which would start it, is left alone. */
export const runningEngine: Script = raw(
  `{ [ "$(systemctl is-active docker.service)" = active ] && timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null; }`,
);

/**
 * Text after which `dns` asks from inside a container, by its network alone, and that is true where there is one:
 * a container that runs on the overlay network `network`, or on any but the mesh's own.
 */
export function insideContainer(network?: string): Script {
  const networks =
    network === undefined
      ? raw(`$(timeout 10 docker network ls --filter driver=overlay --format '{{.Name}}' | grep -vx ingress)`)
      : sh`${network}`;
  return sh`
    inside=
    for network in ${networks}; do
      for container in $(timeout 10 docker ps --quiet --filter status=running --filter network="$network"); do
        pid=$(timeout 10 docker inspect --format '{{.State.Pid}}' "$container")
        [ "\${pid:-0}" -eq 0 ] || { inside="nsenter --net --target $pid"; break 2; }
      done
    done
    [ -n "$inside" ]`;
}
