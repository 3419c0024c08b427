#!/bin/bash
# How long the command itself takes, without any host: the median of five, in milliseconds.
set -eu
cd "$(dirname "$0")/.."
TIMEFORMAT='%U %S'
middle() { sort -n | sed -n 3p; }
taken() {
  for _ in 1 2 3 4 5; do
    { time node bin/provision.js "$@" >/dev/null; } 2>&1
  done | awk '{ printf "%d\n", ($1 + $2) * 1000 }' | middle
}
node bin/provision.js validate inventory/lab.yaml >/dev/null # the cache of playbooks
status=0
while read -r limit name args; do
  # shellcheck disable=SC2086
  took=$(taken $args)
  [ "$took" -lt "$limit" ] || status=1
  printf '%-28s %4d ms of user and system time (at most %d)\n' "$name" "$took" "$limit"
done <<'CASES'
150 --version --version
400 validate,_three_hosts validate inventory/lab.yaml
CASES

# Hosts at whose port nothing listens: what is said first comes before anything is connected.
nobody=$(mktemp)
trap 'rm -f "$nobody"' EXIT
cat >"$nobody" <<'INVENTORY'
cluster: nobody
ssh: { config: /dev/null, port: 9 }
hosts:
  one: { address: 127.0.0.1, swarm: { role: manager } }
INVENTORY
for _ in 1 2 3 4 5; do
  begin=$(date +%s%N)
  node bin/provision.js plan "$nobody" --output plain 2>&1 | {
    head -c 1 >/dev/null
    echo $((($(date +%s%N) - begin) / 1000000))
    cat >/dev/null
  }
done | middle | xargs printf '%-28s %4d ms until the first byte\n' plan
exit $status
