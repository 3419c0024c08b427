#!/bin/sh
# demo.sh [--images stand-ins|real]
#
# From nothing to a mail stack on three nodes of this machine, and a message sent and read. The nodes stay up.
# --images real: with Mailu's published images, where this machine reaches their registry; ends with a report to paste.
set -eu
case "$*" in
  '' | '--images stand-ins') images=stand-ins ;;
  '--images real') images=real ;;
  *) echo 'usage: npm run demo -- [--images stand-ins|real]' >&2; exit 2 ;;
esac
. "$(dirname "$0")/set-up.sh"
export NODE_EXTRA_CA_CERTS=/var/lib/provision-lab/mail/ca.pem # who signed the certificate of the lab

if [ "$images" = real ]; then
  node_modules/.bin/jiti test/lab/reach-images.ts
  npm run --silent lab -- up --fresh
  inventory=/var/lib/provision-lab/real-images.yaml
  # What names the lab's own registry goes: the defaults are Mailu's.
  sed '/172\.31\.77\.3:5000/d; s/^cluster: .*/cluster: real-images/' inventory/lab.yaml >"$inventory"
else
  npm run --silent lab -- up --fresh --internet --registry
  inventory=inventory/lab.yaml
fi

report=$(mktemp)
trap 'rm -f "$report"' EXIT
# Runs a command of provision; what it prints and how it ends is in the report as well.
step() {
  began=$(date +%s)
  { node bin/provision.js "$@" && ended=0 || ended=$?; echo "$ended" >"$report.code"; } 2>&1 | tee "$report.said"
  code=$(cat "$report.code")
  { printf '\n### provision %s\n\nexit %s, %s s\n\n```\n' "$*" "$code" $(($(date +%s) - began)); cat "$report.said"; printf '```\n'; } >>"$report"
  rm -f "$report.code" "$report.said"
  [ "$code" = 0 ] || failed=1
}
failed=''
step "$inventory" --yes
step "$inventory" --yes
step status "$inventory"
step check "$inventory"

if [ "$images" = real ]; then
  echo
  echo '--- report, to paste into an issue: from here ---'
  printf '## Mailu as published, on the lab\n\nprovision %s, commit %s, kernel %s\n' \
    "$(node bin/provision.js --version)" "$(git rev-parse --short HEAD)" "$(uname -r)"
  printf '\n```\n'
  npm run --silent lab -- ssh node-1 "docker version --format 'Docker {{.Server.Version}}'; docker service ls --format '{{.Name}} {{.Replicas}} {{.Image}}'"
  printf '```\n'
  cat "$report"
  echo '--- to here ---'
fi
echo
echo 'The nodes stay up. Look around with: npm run lab -- ssh node-1'
echo 'Take them away with:                 npm run lab -- down'
[ -z "$failed" ]
