import { z } from 'zod';
import { readDockerInfo, readSwarmInfo } from '../../facts/index.ts';
import { type Change, defineResource, isRef, ProbeError, type Ref } from '../../resource/index.ts';
import { BOOT_SECONDS, Secret, sh } from '../../shell/index.ts';
import { dockerProbe } from '../docker/docker-probe.ts';

const want = z.strictObject({
  /** The inventory's name of the cluster, for people. */
  name: z.string(),
  /** What it joins as. */
  role: z.enum(['manager', 'worker']),
  /** Addresses of managers, tried in turn. */
  via: z.array(z.ipv4()).min(1),
  /** What lets it join: it is known once a manager was asked. */
  token: z.custom<Ref<Secret>>(isRef),
  /** The address that the other nodes reach it at. */
  advertiseAddress: z.ipv4(),
  /** Whether it takes tasks once it has joined. */
  availability: z.enum(['active', 'pause', 'drain']).default('active'),
  /** A node id that this host still has and that the managers no longer list: it leaves before it joins. */
  removedNodeId: z.string().optional(),
});

/** Seconds that a node gets to become ready, and a manager to become reachable, after it has joined. */
const PATIENCE = 90;

/** Seconds that a manager gets whose Docker has just begun: it is "pending" until the managers have a leader. */
const SETTLES = 30;

/** This node's membership, made through a manager that answers. The role of a member is changed by `swarmNode`. */
export const swarmMember = defineResource({
  kind: 'swarm-member',
  want,
  key: ({ name }) => name,

  observe: () =>
    dockerProbe(
      'its swarm',
      sh`
        ${readDockerInfo}
        n=0
        while case $swarm in *'"LocalNodeState":"pending"'*) true ;; *) false ;; esac; do
          n=$((n + 1))
          [ "$n" -lt ${SETTLES} ] || break
          sleep 1
          swarm=$(docker info --format '{{json .Swarm}}') || exit 1
        done
        printf '%s\n' "$swarm"`,
      (stdout) => {
        const have = readSwarmInfo(stdout);
        if (have.state === 'pending')
          throw new ProbeError('the node is still joining a swarm; run again in a minute');
        return have;
      },
    ),

  diff(wanted, have): readonly Change[] {
    if (have.state === 'inactive')
      return [
        { field: 'membership', from: null, to: `${wanted.role}, advertised at ${wanted.advertiseAddress}` },
      ];
    if (have.nodeId !== undefined && have.nodeId === wanted.removedNodeId)
      return [{ field: 'membership', from: `removed node ${have.nodeId}`, to: wanted.role }];
    return [];
  },

  apply({ role, via, token, advertiseAddress, availability }, have, _changes, resolve) {
    const requests = via.map((address) =>
      joinRequest(resolve(token), { address, advertiseAddress, availability }),
    );
    const leave = {
      title: 'leave the swarm that this node was removed from',
      script: sh`docker swarm leave`,
    };
    return [
      ...(have.state === 'inactive' ? [] : [leave]),
      { title: `join the swarm as ${role}`, script: join(requests) },
      { title: 'wait until the node is ready', script: waitUntilReady(role) },
    ];
  },
});

interface JoinTarget {
  readonly address: string;
  readonly advertiseAddress: string;
  readonly availability: string;
}

/**
 * `POST /swarm/join` of the Engine API. `docker swarm join` takes the token as an argument, where every user of
 * the host can read it.
 */
function joinRequest(token: Secret, { address, advertiseAddress, availability }: JoinTarget): Secret {
  const body = JSON.stringify({
    ListenAddr: '0.0.0.0:2377',
    AdvertiseAddr: advertiseAddress,
    RemoteAddrs: [`${address}:2377`],
    JoinToken: token.reveal(),
    Availability: availability,
  });
  const head = [
    'POST /swarm/join HTTP/1.1',
    'Host: docker',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return new Secret(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * Sends the requests in turn until one is taken. The pipe is held open for writing while Docker answers: its API
 * gives a request up whose client has closed its side. A join that goes on in the background counts as taken.
 */
function join(requests: readonly Secret[]) {
  return sh`
    d=$(mktemp -d) && mkfifo -m 600 "$d/pipe" && exec 3<>"$d/pipe" || exit 1
    rm -r -- "$d"
    for request in ${requests}; do
      printf %s "$request" >&3
      answer=$(timeout 60 docker system dial-stdio <&3)
      case $answer in 'HTTP/1.1 200 '*) exit 0 ;; esac
      printf '%s\n' "$answer" | tail -n 1 >&2
      [ "$(docker info --format '{{.Swarm.LocalNodeState}}')" = inactive ] || exit 0
    done
    exit 1`;
}

function waitUntilReady(role: 'manager' | 'worker') {
  const manager = sh`[ "$(docker node inspect self --format '{{.ManagerStatus.Reachability}}' 2>/dev/null)" = reachable ]`;
  return sh`
    end=$((${BOOT_SECONDS} + ${PATIENCE}))
    until [ "$(docker info --format '{{.Swarm.LocalNodeState}}')" = active ] && ${role === 'manager' ? manager : sh`true`}; do
      [ "${BOOT_SECONDS}" -lt "$end" ] || { docker info --format 'state {{.Swarm.LocalNodeState}} {{.Swarm.Error}}' >&2; exit 1; }
      sleep 1
    done`;
}
