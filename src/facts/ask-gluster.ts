import { type Output, ProbeError, Unobservable } from '../resource/index.ts';
import { type Script, sh, shared } from '../shell/index.ts';
import { unitRuns } from './systemd-units.ts';

/** Seconds that glusterd may take for a question that it puts to its peers as well, and for one that it answers itself. */
const PATIENCE = 60;
export const OWN_PATIENCE = 20;
export const NOT_RUNNING = 65;

/** A command to glusterd, tried again while another one holds the pool's lock. Its answer goes to stdout. */
export function gluster(words: readonly string[], patience = PATIENCE): Script {
  return sh`
    n=0
    while :; do
      answer=$(timeout ${patience} gluster --mode=script ${words} 2>&1)
      code=$?
      case $code:$answer in 0:*) break ;; *'nother transaction is in progress'*) ;; *) break ;; esac
      n=$((n + 1))
      [ "$n" -lt 10 ] || break
      sleep 2
    done
    [ "$code" -ne 124 ] || answer='gluster did not answer in time'
    [ "$code" -eq 0 ] || { printf '%s\n' "$answer" >&2; exit "$code"; }
    printf '%s\n' "$answer"`;
}

/** Ends with a code of its own where glusterd does not run. */
export const glusterThere = shared(
  'gluster_there',
  sh`${unitRuns('glusterd.service')} || exit ${NOT_RUNNING}`,
);

/** A question that only a running glusterd can be asked. */
export function askGluster(question: Script): Script {
  return sh`
    ${glusterThere} || exit
    ${question}`;
}

/** The other members of the pool, and all its volumes, as this node has them. */
export const glusterPeers = shared('gluster_peers', askGluster(gluster(['peer', 'status'], OWN_PATIENCE)));
export const glusterVolumes = shared(
  'gluster_volumes',
  askGluster(gluster(['volume', 'info'], OWN_PATIENCE)),
);

/** What `glusterVolumes` says of one of them: nothing where it is not there. */
export function glusterVolumeInfo(name: string): Script {
  return sh`${glusterVolumes} | volume=${name} awk '/^Volume Name: / { own = $0 == "Volume Name: " ENVIRON["volume"] } own'`;
}

/** What `askGluster` printed, or that it cannot be told yet. */
export function glusterAnswer(what: string, output: Output): string | Unobservable {
  if (output.code === NOT_RUNNING) return new Unobservable('glusterd does not run');
  if (output.code !== 0) {
    // The reason is often in the line before the last: `Transport endpoint is not connected`, `Volume heal failed.`
    const stderr = output.stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
    throw new ProbeError(`could not ask glusterd about ${what}`, { ...output, stderr });
  }
  return output.stdout;
}
