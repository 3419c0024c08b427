# Sets up, as root in a node of its own, the name servers of the small Internet.
# $1 the root servers' addresses, $2 the package mirror's name, $3 its addresses, $4 and $5 the name and address of a well-run server
set -eu
roots=$1 mirror=$2 mirrors=$3 stranger=$4 stranger_address=$5
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends install bind9 bind9-dnsutils >/dev/null
for address in $roots; do ip address add "$address/32" dev lo; done
own=$(hostname -I | tr ' ' '\n' | grep '^172\.31\.77\.')

mkdir -p /var/lib/lab /var/cache/bind/zones
cd /var/cache/bind/zones
soa='$TTL 60
@ SOA a.root-servers.net. hostmaster.root-servers.net. 1 3600 600 86400 60'
{
  echo "$soa"
  n=0
  for address in $roots; do
    letter=$(echo abcdefghijklm | cut -c $((n += 1)))
    [ -n "$letter" ] || break
    printf '. NS %s.root-servers.net.\n%s.root-servers.net. A %s\n' "$letter" "$letter" "$address"
  done
  echo "ns.internet. A $own"
  for address in $mirrors; do echo "$mirror. A $address"; done
  echo "$stranger. A $stranger_address"
  echo "$(echo "$stranger_address" | awk -F. '{ print $4 "." $3 "." $2 "." $1 }').in-addr.arpa. PTR $stranger."
  echo 'example.org. A 93.184.216.34
example.org. MX 10 mail.example.org.
mail.example.org. A 93.184.216.35
google.com. NS ns.internet.
dnssec-failed.org. NS ns.internet.
dnssec-failed.org. DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000'
} >root
for zone in google.com dnssec-failed.org corp.internal; do
  printf '%s\n@ NS ns.internet.\n@ A 192.0.2.80\nwww A 192.0.2.81\n' "$soa" >"$zone"
done
chown -R bind: /var/cache/bind

cat >/usr/local/sbin/lab-zones <<'ZONES'
#!/bin/sh
# lab-zones signed|unsigned
set -eu
rm -f /var/cache/bind/zones/*.signed* /var/cache/bind/zones/*.jbk /var/cache/bind/zones/*.jnl
signed=
[ "$1" = unsigned ] || signed='dnssec-policy default; inline-signing yes;'
zone() { echo "zone \"$1\" { type primary; file \"zones/$2\"; $3 };"; }
{
  echo 'options { directory "/var/cache/bind"; key-directory "/var/lib/lab"; listen-on-v6 { none; }; recursion no;
    empty-zones-enable no; dnssec-validation no; max-udp-size 1232; };'
  zone . root "$signed"
  zone google.com google.com ''
  zone dnssec-failed.org dnssec-failed.org "$signed"
  zone corp.internal corp.internal "$signed"
} >/etc/bind/named.conf
systemctl restart named
want=$(case $1 in signed) echo yes ;; *) echo no ;; esac)
n=0
until [ "$(dig +dnssec +timeout=1 @127.0.0.1 example.org | grep -c RRSIG | sed 's/^0$/no/; s/^[1-9].*/yes/')" = "$want" ] &&
  dig +timeout=1 @127.0.0.1 example.org | grep -q 93.184.216.34; do
  n=$((n + 1))
  [ $n -lt 60 ] || { journalctl -u named -n 20 --no-pager >&2; exit 1; }
  sleep 0.5
done
ZONES
chmod 755 /usr/local/sbin/lab-zones
chown bind: /var/lib/lab
lab-zones signed
dig +short @127.0.0.1 . DNSKEY | sed -n 's/^257 /. IN DNSKEY 257 /p' >/var/lib/lab/root.key
grep -q DNSKEY /var/lib/lab/root.key
