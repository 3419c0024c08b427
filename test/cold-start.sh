#!/bin/bash
# How long the command itself takes, without any host: user and system time, the median of five, in milliseconds.
set -eu
cd "$(dirname "$0")/.."
TIMEFORMAT='%U %S'
median() {
  for _ in 1 2 3 4 5; do
    { time node bin/provision.js "$@" >/dev/null; } 2>&1
  done | awk '{ printf "%d\n", ($1 + $2) * 1000 }' | sort -n | sed -n 3p
}
node bin/provision.js validate inventory/lab.yaml >/dev/null # the cache of playbooks
status=0
while read -r limit name args; do
  # shellcheck disable=SC2086
  took=$(median $args)
  [ "$took" -lt "$limit" ] || status=1
  printf '%-28s %4d ms of user and system time (at most %d)\n' "$name" "$took" "$limit"
done <<'CASES'
150 --version --version
400 validate,_three_hosts validate inventory/lab.yaml
CASES
exit $status
