#!/bin/sh
# Makes a full machine of a fresh Debian root, given as $1.
set -eu
root=$1
cat >"$root/etc/apt/sources.list" <<SOURCES
deb $LAB_MIRROR trixie main
deb $LAB_MIRROR trixie-updates main
SOURCES
printf 'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n' >"$root/etc/apt/apt.conf.d/80lab"
printf '%s\n' "$LAB_KEY" | install -D -m 600 /dev/stdin "$root/root/.ssh/authorized_keys"
chmod 700 "$root/root/.ssh"
rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"

# Name and address come on the kernel's command line; NetworkManager owns the interface.
cat >"$root/usr/local/sbin/lab-boot" <<'BOOT'
#!/bin/sh
word() { tr ' ' '\n' </proc/cmdline | sed -n "s/^lab\.$1=//p"; }
hostnamectl set-hostname --static "$(word name)" || echo "$(word name)" >/etc/hostname
hostname "$(word name)"
umask 077
cat >/etc/NetworkManager/system-connections/eth0.nmconnection <<KEYFILE
[connection]
id=eth0
type=ethernet
interface-name=eth0
[ipv4]
method=manual
address1=$(word address)/24,$(word gateway)
dns=$(word dns)
KEYFILE
ssh-keygen -A
BOOT
chmod 755 "$root/usr/local/sbin/lab-boot"
cat >"$root/etc/systemd/system/lab-boot.service" <<'UNIT'
[Unit]
After=local-fs.target systemd-remount-fs.service
Before=NetworkManager.service ssh.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/lab-boot
[Install]
WantedBy=multi-user.target
UNIT
chroot "$root" systemctl -q enable lab-boot.service ssh.service
chroot "$root" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer getty@.service
