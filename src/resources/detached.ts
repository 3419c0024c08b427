import { raw, type Script, sh } from '../shell/index.ts';

/**
 * The last lines, and before them what decides where that is far from the end: dpkg and rpm go on with other packages after one has
 * failed, and only count at the end. What its script said stands right before it.
 */
const DECISIVE = raw(`{
  at=$(grep -nE -m 1 '^(dpkg(-deb)?: error|error: |Error in )' "$log" | cut -d: -f1)
  if [ -n "$at" ] && [ $(($(wc -l <"$log") - at)) -ge 20 ]; then
    sed -n "$((at > 4 ? at - 4 : 1)),$((at + 1))p" "$log"
    echo …
    tail -n 13 -- "$log"
  else
    tail -n 20 -- "$log"
  fi
}`);

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
    ${DECISIVE} >&2
    exit "$code"`;
}
