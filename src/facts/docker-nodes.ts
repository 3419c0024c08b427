import { sh, shared } from '../shell/index.ts';
import { dockerInfo, isManager } from './ask-docker.ts';

/**
 * All nodes as this manager sees them, a line of JSON each. A swarm that elects its leader, which takes 10 to 20 seconds (swarmkit:
 * ElectionTick 10 of 1 s), is waited for: one that has lost its quorum stays without.
 */
export const dockerNodes = shared(
  'docker_nodes',
  sh`
    ${dockerInfo} >/dev/null || exit
    ${isManager} || { echo 'this node is no manager of a swarm' >&2; exit 1; }
    tries=0
    until nodes=$(ids=$(timeout 30 docker node ls --quiet) && timeout 30 docker node inspect --format '{{json .}}' $ids); do
      code=$?
      # Where it lists them by now, one had gone in between.
      said=$(timeout 30 docker node ls 2>&1) || case $said in *'does not have a leader'*) ;; *) exit "$code" ;; esac
      tries=$((tries + 1))
      [ "$tries" -lt 8 ] || exit "$code"
      sleep 2
    done
    printf '%s\n' "$nodes"`,
);
