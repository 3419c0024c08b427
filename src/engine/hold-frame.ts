import { LOCK, RUN_LOCK } from '../resource/index.ts';
import { lines, raw, type Script, sh } from '../shell/index.ts';
import { asked, frame, heldFunction, UNWRITABLE } from './frame.ts';

/** What the script says by the code of its mark `lock`. */
export const HELD = 0;
export const TAKEN = 75;
export const BUSY = 76;

/** What it is told on its stdin: the run goes on; ask what was sent along. */
export const BEAT = '.';
export const LOOK = 'L';

/** Seconds between two beats, and without one after which the run is taken for dead. */
export const INTERVAL = 5;
export const PATIENCE = 30;

/**
 * One script that takes a host's lock for a run, keeps it as long as it is told on its stdin that the run goes on, and asks what
 * is sent along once it is told to. The lock is the kernel's and goes with this process, which ends when its stdin does or when
 * no beat has come for some time: a run that is killed, cut off or suspended loses it, and nobody has to clean up.
 *
 * Two may not have it: it is taken with flock(2), and then the lock of the scripts that change the host, which such a script has
 * in hand before it looks whose run it is. So a script of an earlier run has either ended by now, or will find that it is no
 * longer its turn.
 */
export function holdFrame(
  { token, holder, fragments }: { token: string; holder: string; fragments: readonly Script[] },
  nonce: string,
): Script {
  const take = sh`
    (umask 077; : >>${RUN_LOCK} && : >>${LOCK}) || { mark lock ${UNWRITABLE}; return; }
    exec 8>>${RUN_LOCK}
    mine=
    # By path it may be the file of another, where somebody has taken ours away.
    give_back() { [ -z "$mine" ] || : >/proc/$$/fd/8; }
    read -r now rest </proc/uptime
    now=\${now%.*}
    if flock -w 1 8; then
      mine=yes
      read -r stat </proc/$$/stat
      set -- \${stat##*) }
      printf '%s\n' ${token} $$ ${holder}" since $(date -u +%H:%M:%SZ)" "$now" "\${20}" | cat >${RUN_LOCK} ||
        { mark lock ${UNWRITABLE}; return; }
    else
      # A holder that has just begun has not written its name yet over that of one which was killed.
      held || [ -z "$start" ] || { by=; who=; up=; }
      # One machine under two names: the run has it already.
      [ "$by" = ${token} ] || { printf '%s %s' "$((now - \${up:-now}))" "$who"; mark lock ${TAKEN}; return; }
    fi
    exec 9>>${LOCK}
    flock -n 9 || { cat ${LOCK}; give_back; mark lock ${BUSY}; return; }
    exec 9>&-
    mark lock ${HELD}`;
  const keep = sh`
    looked=
    while told=$(exec 8>&-; timeout ${PATIENCE} dd bs=4096 count=1 2>/dev/null) && [ -n "$told" ]; do
      case $looked$told in
        yes*) ;;
        *${LOOK}*)
          looked=yes
          (exec 8>&-; look) & ;;
      esac
    done
    give_back`;
  const look = lines([raw('look() {'), ...asked(fragments), raw('mark looked 0'), raw('}')]);
  return frame(nonce, [heldFunction, look, take, keep], { reads: true });
}
