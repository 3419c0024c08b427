#!/bin/sh
# Makes, on a node, a small repository of signed RPM packages, and serves it on port 80. Prints the key's fingerprint.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends rpm createrepo-c gnupg >/dev/null
mkdir -p /srv/rpm
cd /root
gpg --batch --quiet --passphrase '' --quick-gen-key 'Packages of the lab <lab@example.org>' rsa3072 sign never
fingerprint=$(gpg --batch --with-colons --list-keys | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | head -n 1)
for name in lab-demo lab-demo-library lab-unsigned; do
  cat >$name.spec <<SPEC
Name: $name
Version: 1.0
Release: 1
Summary: A package of the lab
License: None
BuildArch: noarch
%description
A package of the lab.
%install
mkdir -p %{buildroot}/usr/share/$name
echo $name >%{buildroot}/usr/share/$name/hello
%files
/usr/share/$name/hello
SPEC
  rpmbuild --quiet -bb $name.spec >/dev/null 2>&1
  cp rpmbuild/RPMS/noarch/$name-1.0-1.noarch.rpm /srv/rpm/
done
rpmsign --define "_gpg_name $fingerprint" --addsign /srv/rpm/lab-demo-*.rpm >/dev/null
createrepo_c --quiet /srv/rpm
gpg --batch --armor --export >/srv/rpm/key
busybox httpd -p 80 -h /srv/rpm
echo "$fingerprint"
