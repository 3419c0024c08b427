import { type Output, ProbeError, Unobservable } from '../../resource/index.ts';
import { type Script, sh } from '../../shell/index.ts';

/** Seconds that glusterd may take for a question that it puts to its peers as well. */
const PATIENCE = 60;
const NOT_RUNNING = 65;

/** A command to glusterd, tried again while another one holds the pool's lock. Its answer goes to stdout. */
export function gluster(words: readonly string[]): Script {
  return sh`
    n=0
    while :; do
      answer=$(timeout ${PATIENCE} gluster --mode=script ${words} 2>&1)
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

/** A question that only a running glusterd can be asked. */
export function askGluster(question: Script): Script {
  return sh`
    systemctl is-active -q glusterd.service || exit ${NOT_RUNNING}
    ${question}`;
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
