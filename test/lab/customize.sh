#!/bin/sh
# Makes a node of a fresh Debian root, given as $1.
set -eu
root=$1

cat >"$root/etc/apt/sources.list" <<SOURCES
deb $LAB_MIRROR $LAB_SUITE main
deb $LAB_MIRROR $LAB_SUITE-updates main
SOURCES
printf 'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n' >"$root/etc/apt/apt.conf.d/80lab"
# What a node has written is gone with it: dpkg need not wait for the disk.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/lab"
cp /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" apt-get -qq update
# shellcheck disable=SC2086
chroot "$root" apt-get -qq -y --no-install-recommends --download-only install $LAB_WARM

rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
mkdir -p "$root/etc/ssh/sshd_config.d"
printf 'LogLevel VERBOSE\nUseDNS no\nPasswordAuthentication no\n' >"$root/etc/ssh/sshd_config.d/lab.conf"
printf '[keyfile]\nunmanaged-devices=interface-name:eth*\n' >"$root/etc/NetworkManager/conf.d/lab.conf"

# Docker binds its own files over these three; a machine owns them.
cat >"$root/usr/local/sbin/lab-boot" <<'BOOT'
#!/bin/sh
setting() { tr '\0' '\n' </proc/1/environ | sed -n "s/^$1=//p"; }
for file in resolv.conf hostname hosts; do
  content=$(cat "/etc/$file")
  umount "/etc/$file" 2>/dev/null
  [ -e /var/lib/lab-booted ] || printf '%s\n' "$content" >"/etc/$file"
done
if [ ! -e /var/lib/lab-booted ]; then
  for server in $(setting LAB_NAME_SERVERS); do echo "nameserver $server"; done >/etc/resolv.conf
fi
set -- $(setting LAB_ROOTS)
via=${1:-}
[ $# -eq 0 ] || shift
for root; do ip route add "$root/32" via "$via"; done
ssh-keygen -A
touch /var/lib/lab-booted
BOOT
chmod 755 "$root/usr/local/sbin/lab-boot"
cat >"$root/etc/systemd/system/lab-boot.service" <<'UNIT'
[Unit]
DefaultDependencies=no
After=systemd-remount-fs.service local-fs.target
Before=sysinit.target ssh.service NetworkManager.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/lab-boot
[Install]
WantedBy=sysinit.target
UNIT
chroot "$root" systemctl -q enable lab-boot.service ssh.service
chroot "$root" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service \
  NetworkManager-wait-online.service systemd-udev-trigger.service getty@.service console-getty.service
