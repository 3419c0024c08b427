import { z } from 'zod';
import { engine, networkSchema, readEngine } from '../../facts/index.ts';
import { type Change, compare, defineResource, Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { dockerProbe } from './docker-probe.ts';
import { mtuIn, packetSize, withMtu } from './mtu.ts';

const want = z.strictObject({
  /** Its name in the swarm. */
  name: z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'expected the name of a network'),
  /** The range that containers get their addresses from. Said, so that it is known before the network exists. */
  subnet: z.cidrv4(),
  /** Whether containers that are no services may join it. */
  attachable: z.boolean().default(false),
  /** Whether what goes between nodes is encrypted (IPsec). Needs ESP (IP protocol 50) between them. */
  encrypted: z.boolean().default(false),
  /** Bytes of a packet that the network between the hosts carries. Default: as Docker makes it, for 1500. */
  mtu: packetSize.optional(),
});

/**
 * An overlay network of the swarm with a known subnet. Managers only. Docker cannot change one in place. Found by its
 * exact name in the whole list: what the filter `name=` means differs between engines. The host may have one of its own of that name
 * beside the swarm's, as Docker Compose leaves it where another manager has made the swarm's.
 */
export const dockerNetwork = defineResource({
  kind: 'docker-network',
  want,
  key: ({ name }) => name,

  observe: ({ name }) =>
    dockerProbe(`network ${name}`, engine('/networks'), (stdout) => {
      const all = readEngine('the networks', z.array(networkSchema), stdout).filter(
        ({ Name }) => Name === name,
      );
      const network = all.find(({ Scope }) => Scope === 'swarm') ?? all[0];
      return network === undefined
        ? null
        : {
            driver: network.Driver,
            attachable: network.Attachable,
            subnet: network.IPAM.Config?.[0]?.Subnet ?? null,
            encrypted: network.Options !== null && 'encrypted' in network.Options,
            mtu: mtuIn(network.Options),
          };
    }),

  diff(wanted, have): readonly Change[] {
    if (have === null) return [{ field: 'network', from: null, to: `overlay ${wanted.subnet}` }];
    const changes = [
      ...compare('driver', have.driver, 'overlay'),
      ...compare('subnet', have.subnet, wanted.subnet),
      ...compare('attachable', have.attachable, wanted.attachable),
      ...compare('encrypted', have.encrypted, wanted.encrypted),
      // What the inventory does not say stays as it is; Docker makes networks for 1500 bytes.
      ...(wanted.mtu === undefined ? [] : compare('mtu', have.mtu ?? 1500, wanted.mtu)),
    ];
    if (changes.length > 0)
      throw new Refusal(
        `network ${wanted.name} exists with other settings (${changes.map(({ field, from, to }) => `${field} is ${from}, wanted ${to}`).join('; ')}), and Docker cannot change a network in place; making it anew disconnects every service on it`,
        [
          'write the settings that it has into the inventory',
          {
            say: 'or remove what uses it, and then it',
            run: sh`docker network rm ${wanted.name}`,
          },
        ],
      );
    return changes;
  },

  apply: ({ name, subnet, attachable, encrypted, mtu }) => [
    {
      title: `create network ${name}`,
      script: sh`docker network create --driver overlay --subnet ${subnet} ${[
        ...(attachable ? ['--attachable'] : []),
        ...(encrypted ? ['--opt', 'encrypted'] : []),
        ...(mtu === undefined ? [] : withMtu(mtu)),
      ]} -- ${name}`,
    },
  ],
});
