#!/bin/sh
# Measures this tool and its peers. As root on Debian 12 or later; two hours, `--quick` ten minutes. `--site` measures the site of a user.
set -eu
. "$(dirname "$0")/set-up.sh"
case " $* " in *' --site '*) exec node_modules/.bin/jiti test/bench/site/main.ts "$@" ;; esac
for package in ansible-core ansible-mitogen; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed' || missing="${missing:-} $package"
done
# shellcheck disable=SC2086
[ -z "${missing:-}" ] || { apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $missing; }
exec node_modules/.bin/jiti test/bench/main.ts "$@"
