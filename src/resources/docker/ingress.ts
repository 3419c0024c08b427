import { z } from 'zod';
import { engine, networkSchema, readEngine } from '../../facts/index.ts';
import { type Change, compare, defineResource, ProbeError, Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { dockerProbe } from './docker-probe.ts';
import { mtuIn, packetSize, withMtu } from './mtu.ts';

const want = z.strictObject({
  /** Bytes of a packet that the network between the hosts carries. */
  mtu: packetSize,
});

const serviceSchema = z.object({
  Spec: z.object({
    Name: z.string(),
    EndpointSpec: z
      .object({ Ports: z.array(z.object({ PublishMode: z.string().nullish() })).nullish() })
      .nullish(),
  }),
});

/** Seconds that the nodes have to let go of the old one. */
const PATIENCE = 60;

/**
 * The network of the routing mesh, which `docker swarm init` makes for packets of 1500 bytes, whatever the nodes'
 * network carries. Docker cannot change one in place, and removes none that a service publishes through
 * (docs.docker.com, Customize ingress; moby#36689).
 */
export const ingressNetwork = defineResource({
  kind: 'ingress-network',
  want,
  key: () => 'ingress',

  observe: () =>
    dockerProbe(
      'the network of the mesh',
      sh`
        ${engine('/networks')} || exit
        ${engine('/services')}`,
      (stdout) => {
        const [networks = '', services = ''] = stdout.split('\n');
        const [network, another] = readEngine('the networks', z.array(networkSchema), networks).filter(
          ({ Driver, Ingress }) => Driver === 'overlay' && Ingress,
        );
        if (another !== undefined) throw new ProbeError('docker described more than one network of the mesh');
        return {
          network:
            network === undefined
              ? null
              : {
                  id: network.Id,
                  name: network.Name,
                  subnet: network.IPAM.Config?.[0]?.Subnet ?? null,
                  mtu: mtuIn(network.Options),
                },
          publishing: readEngine('the services', z.array(serviceSchema), services)
            .filter(({ Spec }) =>
              (Spec.EndpointSpec?.Ports ?? []).some(({ PublishMode }) => PublishMode === 'ingress'),
            )
            .map(({ Spec }) => Spec.Name),
        };
      },
    ),

  diff({ mtu }, { network, publishing }): readonly Change[] {
    if (network === null) return [{ field: 'network', from: null, to: `ingress, mtu ${mtu}` }];
    const changes = compare('mtu', network.mtu, mtu);
    if (changes.length > 0 && publishing.length > 0)
      throw new Refusal(
        `network ${network.name} is made for ${network.mtu ?? 1500} bytes, wanted ${mtu}; it would have to be made anew, and ${publishing.join(', ')} would lose what comes in through it`,
        [
          `to leave it as it is, write into the inventory: swarm: { ingress: { mtu: ${network.mtu ?? 1500} } }`,
          {
            say: 'to change it, have nothing publish through it meanwhile; what does',
            run: sh`docker service inspect --pretty ${publishing}`,
          },
        ],
      );
    return changes;
  },

  apply: ({ mtu }, { network }) => {
    const { name, subnet, id } = network ?? { name: 'ingress', subnet: null };
    return [
      ...(id === undefined
        ? []
        : [
            {
              title: `remove network ${name}`,
              script: sh`
                echo y | docker network rm ${id} >/dev/null || exit 1
                waited=0
                while docker network inspect ${id} >/dev/null 2>&1; do
                  [ $waited -lt ${PATIENCE} ] || { echo ${`network ${name} is still there after ${PATIENCE} s`} >&2; exit 1; }
                  sleep 1
                  waited=$((waited + 1))
                done`,
            },
          ]),
      {
        title: `create network ${name} with mtu ${mtu}`,
        script: sh`docker network create --driver overlay --ingress ${withMtu(mtu)} ${
          subnet === null ? [] : ['--subnet', subnet]
        } -- ${name} >/dev/null`,
      },
    ];
  },
});
