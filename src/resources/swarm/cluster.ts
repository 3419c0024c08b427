import { z } from 'zod';
import { engine, isManager, readDockerInfo, readEngine, readSwarmInfo } from '../../facts/index.ts';
import { type Change, defineResource, Refusal } from '../../resource/index.ts';
import { Secret, sh } from '../../shell/index.ts';
import { dockerProbe } from '../docker/docker-probe.ts';

const want = z.strictObject({
  /** The inventory's name of the cluster, for people. */
  name: z.string(),
  /** The swarm that it belongs to by what was seen before. Absent: there is none, and it is made. */
  clusterId: z.string().optional(),
  /** The address that the other nodes reach this one at. */
  advertiseAddress: z.ipv4(),
  /** Ranges that overlay networks get their subnets from. Only at init. Docker's default: 10.0.0.0/8. */
  addressPools: z.array(z.cidrv4()).default([]),
  /** Prefix length of a subnet out of the pools. Only at init. Docker's default: 24. */
  subnetSize: z.number().int().min(16).max(29).optional(),
  /** UDP port of VXLAN. Only at init. Docker's default: 4789. */
  dataPathPort: z.number().int().min(1024).max(49151).optional(),
});

const swarm = z.object({ JoinTokens: z.object({ Manager: z.string(), Worker: z.string() }) });

export interface JoinTokens {
  readonly manager: Secret;
  readonly worker: Secret;
}

/**
 * A swarm that this manager belongs to, made where it is in none. That it may be made is not decided here: see
 * `decideSwarm`. Puts out the join tokens.
 */
export const swarmCluster = defineResource({
  kind: 'swarm',
  want,
  key: ({ name }) => name,

  observe: () =>
    dockerProbe(
      'its swarm',
      sh`
        ${readDockerInfo}
        printf '%s\n' "$swarm"
        ${isManager} || exit 0
        ${engine('/swarm')}`,
      (stdout) => {
        const [info = '', described = ''] = stdout.split('\n');
        return { ...readSwarmInfo(info), tokens: described === '' ? undefined : readTokens(described) };
      },
    ),

  diff(wanted, have): readonly Change[] {
    if (have.state === 'inactive' && wanted.clusterId !== undefined)
      throw new Refusal(
        `it was in swarm ${wanted.clusterId} when it was last looked at, and its Docker is in none now; a second swarm is not made beside that one`,
        [{ say: 'find out what changed', run: sh`docker info; journalctl -u docker | tail -n 50` }],
      );
    if (have.state === 'inactive') return initialised(wanted);
    const fixed = [
      ...differs('addressPools', have.addressPools, wanted.addressPools.length > 0 && wanted.addressPools),
      ...differs('subnetSize', have.subnetSize, wanted.subnetSize),
      ...differs('dataPathPort', have.dataPathPort, wanted.dataPathPort),
    ];
    if (fixed.length > 0)
      throw new Refusal(`${fixed.join('; ')}: Docker sets this when a swarm is made and never after`, [
        'write the values that the swarm has into the section `swarm` of the inventory',
      ]);
    return [];
  },

  asNew: initialised,

  lasting: ({ name }, changes) => (changes.length > 0 ? [`swarm ${name} is made, with keys of its own`] : []),

  apply: ({ advertiseAddress, addressPools, subnetSize, dataPathPort }) => [
    {
      title: 'initialise the swarm',
      script: sh`
        docker swarm init --advertise-addr ${advertiseAddress} ${[
          ...addressPools.flatMap((pool) => ['--default-addr-pool', pool]),
          ...(subnetSize === undefined ? [] : ['--default-addr-pool-mask-length', subnetSize]),
          ...(dataPathPort === undefined ? [] : ['--data-path-port', dataPathPort]),
        ]} >/dev/null`,
    },
  ],

  output: (_wanted, have) => ({ clusterId: have.clusterId, tokens: have.tokens }),
});

function readTokens(described: string): JoinTokens {
  const { Manager, Worker } = readEngine('the swarm', swarm, described).JoinTokens;
  return { manager: new Secret(Manager), worker: new Secret(Worker) };
}

function initialised({ advertiseAddress }: z.infer<typeof want>): readonly Change[] {
  return [{ field: 'swarm', from: null, to: `initialised, advertised at ${advertiseAddress}` }];
}

function differs(field: string, have: unknown, wanted: unknown): readonly string[] {
  if (wanted === undefined || wanted === false || String(have) === String(wanted)) return [];
  return [`${field} of the swarm is ${String(have)}, the inventory says ${String(wanted)}`];
}
