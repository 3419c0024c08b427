#!/bin/sh
# Takes away all that the work of the benchmark makes.
set -eu
rm -rf /srv/bench
mkdir /srv/bench
units=$(cd /etc/systemd/system/multi-user.target.wants && ls -d bench-*.service 2>/dev/null || true)
[ -z "$units" ] || systemctl -q disable --now $units
packages=$(dpkg-query -W -f='${Package}\n' 'bench-*' 2>/dev/null || true)
[ -z "$packages" ] || dpkg --purge $packages >/dev/null
