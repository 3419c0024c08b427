import { X509Certificate } from 'node:crypto';
import type { Probe } from '../resource/index.ts';
import { raw } from '../shell/index.ts';
import { readSwarmInfo, type SwarmInfo } from './swarm-info.ts';
import { readSwarmNode, type SwarmNode } from './swarm-node.ts';

/** Which swarm a host belongs to by its own certificate, which that swarm's managers issued. */
export interface Membership {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly role: 'manager' | 'worker';
}

export interface SwarmFacts {
  readonly engine: 'absent' | 'stopped' | 'running';
  /** From the node's certificate on disk, so it is known while Docker is stopped or removed, and on workers. */
  readonly membership: Membership | undefined;
  /** What a running engine says. */
  readonly info: SwarmInfo | undefined;
  /** The managers' list, as this manager sees it; a worker has none, nor has a manager without a quorum. */
  readonly nodes: readonly SwarmNode[] | undefined;
  /** Why the host could not be asked. Then nothing above may be read as "is not in a swarm". */
  readonly unknown: string | undefined;
}

/**
 * Docker is asked only where its service runs: its socket would start it. A swarm that elects its leader, which takes 10 to 20
 * seconds (swarmkit: ElectionTick 10 of 1 s), is waited for: one that has lost its quorum stays without.
 */
export const swarmFacts: Probe<SwarmFacts> = {
  script: raw(`\
swarm=/var/lib/docker/swarm/certificates/swarm-node.crt
echo ==certificate
[ ! -e "$swarm" ] || cat -- "$swarm" || exit 1
echo ==engine
command -v docker >/dev/null || { echo absent; exit 0; }
[ "$(systemctl is-active docker.service)" = active ] || { echo stopped; exit 0; }
echo running
echo ==info
info=$(timeout 30 docker info --format '{{json .Swarm}}') || exit 1
printf '%s\\n' "$info"
case $info in *'"ControlAvailable":true'*) ;; *) exit 0 ;; esac
echo ==nodes
tries=0
until ids=$(timeout 30 docker node ls --quiet); do
  case $(timeout 30 docker node ls 2>&1) in *'does not have a leader'*) ;; *) exit 0 ;; esac
  tries=$((tries + 1))
  [ "$tries" -lt 8 ] || exit 0
  sleep 2
done
timeout 30 docker node inspect --format '{{json .}}' $ids || exit 0
echo ==end`),

  parse(output) {
    const part = sections(output.stdout);
    const engine = part.get('engine')?.[0];
    const nothing = { membership: undefined, info: undefined, nodes: undefined };
    if (output.code !== 0 || (engine !== 'absent' && engine !== 'stopped' && engine !== 'running')) {
      const reason = output.stderr.trim().split('\n').at(-1) || `exit code ${output.code}`;
      return { ...nothing, engine: 'running', unknown: reason };
    }
    try {
      const info = part.get('info')?.[0];
      return {
        engine,
        membership: readMembership(part.get('certificate')?.join('\n') ?? ''),
        info: info === undefined ? undefined : readSwarmInfo(info),
        nodes: part.has('end') ? part.get('nodes')?.map(readSwarmNode) : undefined,
        unknown: undefined,
      };
    } catch (error) {
      return { ...nothing, engine, unknown: `docker answered in an unknown way (${String(error)})` };
    }
  },
};

/**
 * swarmkit writes the cluster's id as the organisation, the role as its unit, and the node's id as the common name
 * (ca/certificates.go).
 */
function readMembership(pem: string): Membership | undefined {
  if (pem === '') return undefined;
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

function sections(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('==')) {
      current = [];
      found.set(line.slice(2), current);
    } else if (line !== '') current.push(line);
  }
  return found;
}
