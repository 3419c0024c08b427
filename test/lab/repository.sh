#!/bin/sh
# Makes, on a node, a signed repository of packages laid out as Docker's, and serves it on port 80. Docker's own packages
# cannot be had in the lab: these are Debian's under the names and with the versions of Docker's.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends apt-utils gnupg >/dev/null
cd /srv
mkdir -p repo/pool
archives=/var/cache/apt/archives

# repack DEB NAME VERSION: Debian's package under another name, needing the others by theirs.
repack() {
  tree=$(mktemp -d)
  chmod 755 "$tree"
  dpkg-deb -R "$1" "$tree"
  sed -i -E -e "s/^Package: .*/Package: $2/" -e "s/^Version: .*/Version: $3/" \
    -e '/^(Recommends|Suggests|Breaks|Replaces|Conflicts|Provides|Built-Using|Static-Built-Using):/d' \
    -e '/^(Pre-)?Depends:/s/containerd( \([^)]*\))?/containerd.io/; /^(Pre-)?Depends:/s/docker-cli( \([^)]*\))?/docker-ce-cli/' \
    "$tree/DEBIAN/control"
  dpkg-deb -Zgzip -z1 -b "$tree" "repo/pool/$2_${3#*:}.deb" >/dev/null
  rm -rf "$tree"
}
for version in 26.1.5 27.0.3; do
  repack "$(ls $archives/docker.io_*.deb)" docker-ce "5:$version-1~debian.13~trixie"
  repack "$(ls $archives/docker-cli_*.deb)" docker-ce-cli "5:$version-1~debian.13~trixie"
done
repack "$(ls $archives/containerd_*.deb)" containerd.io 1.7.24-1

cd repo
at=dists/trixie/stable/binary-amd64
mkdir -p $at
apt-ftparchive packages pool >$at/Packages
apt-ftparchive -o APT::FTPArchive::Release::Suite=trixie -o APT::FTPArchive::Release::Codename=trixie \
  -o APT::FTPArchive::Release::Components=stable -o APT::FTPArchive::Release::Architectures=amd64 release dists/trixie >/srv/Release
mv /srv/Release dists/trixie/Release
gpg --batch --quiet --passphrase '' --quick-gen-key 'Packages of the lab <lab@example.org>' rsa3072 sign never
gpg --batch --quiet --yes --clearsign -o dists/trixie/InRelease dists/trixie/Release
gpg --batch --armor --export >gpg
busybox httpd -p 80 -h /srv/repo
gpg --batch --with-colons --list-keys | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | head -n 1
