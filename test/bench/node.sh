#!/bin/sh
# Makes a node one of the benchmark: Python, which Ansible needs there, and units and packages to be enabled and installed.
# $1: how many things. Stdin: the key that root logs in with.
set -eu
export DEBIAN_FRONTEND=noninteractive
mkdir -p /root/.ssh /srv/bench /srv/repo
cat >>/root/.ssh/authorized_keys
command -v python3 >/dev/null || {
  apt-get -qq update
  apt-get -qq -y install --no-install-recommends python3 python3-apt >/dev/null
}
# Nothing that is measured may wait for a mirror.
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list.d/bench.list
tree=$(mktemp -d)
mkdir "$tree/DEBIAN"
chmod 755 "$tree"
: >/srv/repo/Packages
index=0
while [ "$index" -lt "$1" ]; do
  case $((index % 8)) in
    6) printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >"/etc/systemd/system/bench-$index.service" ;;
    7)
      name=bench-$index
      printf 'Package: %s\nVersion: 1.0\nArchitecture: all\nMaintainer: Bench <bench@example.org>\nDescription: nothing\n' "$name" >"$tree/DEBIAN/control"
      dpkg-deb -Znone -b "$tree" "/srv/repo/$name.deb" >/dev/null
      { cat "$tree/DEBIAN/control"; printf 'Filename: ./%s.deb\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "/srv/repo/$name.deb")" "$(sha256sum <"/srv/repo/$name.deb" | cut -d' ' -f1)"; } >>/srv/repo/Packages
      ;;
  esac
  index=$((index + 1))
done
systemctl daemon-reload
apt-get -qq update
