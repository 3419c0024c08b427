import { type Script, sh } from '../shell/index.ts';

/**
 * Runs a command whose end must not depend on who listens, and shows its output while it runs. The shell that waits for it is as deaf
 * as the command is: the host counts as being changed until that shell ends.
 */
export function detached(command: Script, environment: Script = sh``): Script {
  return sh`
    ${environment}
    log=$(mktemp) || exit 1
    trap 'rm -f -- "$log"' EXIT
    trap '' HUP INT TERM
    (${command}) >"$log" 2>&1 &
    job=$!
    tail -n +1 -s 0.05 -f --pid="$job" -- "$log" 2>/dev/null
    wait "$job" && exit 0
    code=$?
    tail -n 20 -- "$log" >&2
    exit "$code"`;
}
