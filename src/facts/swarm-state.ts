import { X509Certificate } from 'node:crypto';
import { raw } from '../shell/index.ts';

/** Which swarm a host belongs to by a certificate that the managers of that swarm issued. */
export interface Membership {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly role: 'manager' | 'worker';
}

/** The state of a swarm on a disk, and below which directory of an engine's data. */
export interface StoredMembership extends Membership {
  readonly root: string;
}

/**
 * Text that defines how the state of a swarm is found on the disks of a host. An engine keeps it below its data root, which
 * the unit's flags, daemon.json or the file of the unit's environment may have moved (dockerd(8)).
 *
 * - `$own`: the data root of the engine that is installed or was, by its settings.
 * - `certificate ROOT`: prints the node's certificate below a data root, once each.
 * - `known`: does so for all data roots that any settings name, old copies of daemon.json among them.
 * - `anywhere`: does so for all that is found near the top of the local file systems; prints `==slow` where it did not get through.
 */
export const FIND_STATE = raw(`\
unit=$(systemctl show -P ExecStart docker.service 2>/dev/null)
defaults=$(cat /etc/default/docker /etc/sysconfig/docker 2>/dev/null | grep -v '^ *#')
case $unit in *'$'*) flags="$unit
$defaults" ;; *) flags=$unit ;; esac
flag() { sed -nE "s/.*(^|[ \\"'=])--($1)[= ][\\"']?([^ \\"';]+).*/\\\\3/p" | tail -n 1; }
setting() { [ ! -r "$1" ] || tr -d '\\n' <"$1" | sed -nE 's/.*"(data-root|graph)"[[:space:]]*:[[:space:]]*"([^"]*)".*/\\2/p'; }
config=$(printf '%s\\n' "$flags" | flag config-file)
own=$(printf '%s\\n' "$flags" | flag 'data-root|graph')
[ -n "$own" ] || own=$(setting "\${config:-/etc/docker/daemon.json}")
[ -n "$own" ] || own=/var/lib/docker
own=\${own%/}
nl='
'
seen=$nl
certificate() {
  case $seen in *"$nl$1$nl"*) return 0 ;; esac
  seen=$seen$1$nl
  [ -e "$1/swarm/certificates/swarm-node.crt" ] || return 0
  echo "==certificate $1"
  cat -- "$1/swarm/certificates/swarm-node.crt" || exit 1
  echo
}
known() {
  IFS=$nl
  certificate "$own"
  certificate /var/lib/docker
  certificate /var/snap/docker/common/var-lib-docker
  for root in $(printf '%s\\n' "$defaults" | flag 'data-root|graph'); do certificate "\${root%/}"; done
  for copy in /etc/docker/*.json*; do
    for root in $(setting "$copy"); do certificate "\${root%/}"; done
  done
  unset IFS
}
anywhere() {
  IFS=$nl
  tops=$(findmnt -rnU -o TARGET -t ext2,ext3,ext4,xfs,btrfs,f2fs,jfs,zfs,overlay 2>/dev/null | grep -vE '/overlay2/|/containers?/|\\\\')
  all=$(timeout 20 find \${tops:-/} -xdev -maxdepth 4 \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /usr -o -path /boot -o -name overlay2 \\) -prune -o -type d -name swarm -print 2>/dev/null)
  [ $? -ne 124 ] || echo '==slow'
  for found in $all; do
    certificate "\${found%/swarm}"
  done
  unset IFS
}`);

/**
 * swarmkit writes the cluster's id as the organisation, the role as its unit, and the node's id as the common name
 * (ca/certificates.go).
 */
export function readMembership(pem: string): Membership {
  const subject = new Map(
    new X509Certificate(pem).subject.split('\n').map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name, value.join('=')];
    }),
  );
  const clusterId = subject.get('O');
  const nodeId = subject.get('CN');
  if (!clusterId || !nodeId) throw new Error('the swarm certificate names no cluster');
  return { clusterId, nodeId, role: subject.get('OU') === 'swarm-manager' ? 'manager' : 'worker' };
}
