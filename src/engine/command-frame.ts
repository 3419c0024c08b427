import { type Script, sh } from '../shell/index.ts';
import { frame } from './frame.ts';

/** The mark that ends a command's output, with its exit code. */
export const ENDED = 'command';

/** What the script is told on its stdin where the command has to end. */
export const END = 'end';
/** Seconds that its processes get to end by themselves (TERM), before they are killed. */
export const GRACE = 3;

/**
 * One script that runs a person's command, with an empty stdin, and tells its exit code. The words are passed as they are. The
 * command has a session of its own (setsid(2)): told to end, all of its processes that are still in there end, whichever was first.
 * Where the connection breaks it goes on: it may be in the middle of an upgrade.
 */
export function commandFrame(words: readonly string[], nonce: string): Script {
  const run = sh`
    exec 3<&0
    setsid sh -c 'exec "$@"' sh ${words} 3<&- </dev/null &
    child=$!
    { read -r told <&3 && [ "$told" = ${END} ] && {
        trap : TERM
        kill -TERM "-$child" || kill -TERM "$child"
        tenths=0
        while kill -0 "-$child" && [ "$tenths" -lt ${GRACE * 10} ]; do sleep 0.1; tenths=$((tenths + 1)); done
        kill -KILL "-$child"; }; } >/dev/null 2>&1 &
    ending=$!
    exec 3<&-
    wait "$child" 2>/dev/null
    code=$?
    { kill "$ending"; wait "$ending"; } 2>/dev/null
    mark ${ENDED} "$code"`;
  return frame(nonce, [run], { reads: true });
}
