import { LOCK, RUN_LOCK } from '../resource/index.ts';
import { lines, raw, type Script, sh } from '../shell/index.ts';
import { frame, marked } from './frame.ts';

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
    (umask 077; : >>${RUN_LOCK}) || { mark lock $?; return; }
    exec 8>>${RUN_LOCK}
    by= pid= who= up= mine=
    read -r now rest </proc/uptime
    if flock -w 1 8; then
      mine=yes
      printf '%s\n' ${token} $$ ${holder}" since $(date -u +%H:%M:%SZ)" "\${now%.*}" >${RUN_LOCK}
    else
      { read -r by; read -r pid; read -r who; read -r up; } 2>/dev/null <${RUN_LOCK}
      # One machine under two names: the run has it already.
      [ "$by" = ${token} ] || { printf '%s %s' "$((\${now%.*} - \${up:-0}))" "$who"; mark lock ${TAKEN}; return; }
    fi
    (umask 077; : >>${LOCK}) || { mark lock $?; return; }
    exec 9>>${LOCK}
    flock -n 9 || { cat ${LOCK}; [ -z "$mine" ] || : >${RUN_LOCK}; mark lock ${BUSY}; return; }
    exec 9>&-
    mark lock ${HELD}`;
  const keep = sh`
    looked=
    while told=$(exec 8>&-; timeout ${PATIENCE} dd bs=4096 count=1 2>/dev/null) && [ -n "$told" ]; do
      case $looked$told in
        yes*) ;;
        *${LOOK}*)
          looked=yes
          (exec 8>&-; look) ;;
      esac
    done
    [ -z "$mine" ] || : >${RUN_LOCK}`;
  const look = lines([raw('look() {'), ...fragments.map(marked), raw('mark looked 0'), raw('}')]);
  return frame(nonce, [look, take, keep], { reads: true });
}
