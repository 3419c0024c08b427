import {
  allManagersReachable,
  decideSwarm,
  definePlaybook,
  dockerNetwork,
  type FactAbout,
  firewallFacts,
  GOSSIP,
  ingressNetwork,
  inspectPorts,
  inspectSwarm,
  MANAGEMENT,
  machineFacts,
  portFacts,
  swarmCluster,
  swarmFacts,
} from 'provision-swarm';
import { clusterSettings as baseSettings } from './settings/base.ts';
import { clusterSettings, hostSettings } from './settings/swarm.ts';
import { inspectAddresses, ownAddress } from './swarm/addresses.ts';
import { inspectAvailability } from './swarm/availability.ts';
import { isLead, membership, nodeResources } from './swarm/members.ts';
import { nodeTable } from './swarm/status.ts';

/** One swarm of all hosts, with an odd number of managers. */
export default definePlaybook({
  name: 'swarm',
  cluster: clusterSettings,
  host: hostSettings,
  others: { base: baseSettings },

  facts: {
    machine: machineFacts,
    swarm: swarmFacts,
    firewall: firewallFacts,
    ports: ({ peers }: FactAbout) =>
      portFacts(
        peers.flatMap(({ name, address }) => [
          { host: name, address, port: MANAGEMENT },
          { host: name, address, port: GOSSIP },
        ]),
      ),
  },

  validate: ({ hosts }) => {
    const managers = hosts.filter(({ settings }) => settings.role === 'manager');
    if (managers.length % 2 === 1) return [];
    const message =
      managers.length === 0
        ? 'no host has `swarm: { role: manager }`; a swarm needs one, three or five of them'
        : `${managers.length} managers (${managers.map(({ name }) => name).join(', ')}): an even number survives no more failures than one fewer, and after a split into halves neither has a majority; make it ${managers.length - 1} or ${managers.length + 1}`;
    const last = managers.at(-1);
    return [{ path: last === undefined ? ['hosts'] : ['hosts', last.name, 'swarm', 'role'], message }];
  },

  inspect: (cluster) => [
    ...inspectPorts(cluster.hosts, cluster.others.base.firewall === 'open'),
    ...inspectSwarm(cluster.hosts),
    ...inspectAddresses(cluster),
    ...inspectAvailability(cluster),
  ],

  stages: [
    {
      name: 'init',
      // Who makes a swarm is decided by what every host says, at the moment it is made.
      decidedBy: 'all hosts',
      on: isLead,
      *resources(host, cluster) {
        const { addressPools, subnetSize, dataPathPort } = cluster.settings;
        const decision = decideSwarm(cluster.hosts);
        yield swarmCluster({
          name: cluster.name,
          ...(decision.kind === 'exists' || decision.kind === 'asleep'
            ? { clusterId: decision.clusterId }
            : {}),
          advertiseAddress: ownAddress(host),
          addressPools,
          subnetSize,
          dataPathPort,
        });
      },
    },
    {
      name: 'managers',
      resources: (host, cluster) => membership(host, cluster, 'manager'),
      rolling: {
        before: (_host, cluster) => {
          const decision = decideSwarm(cluster.hosts);
          if (decision.kind !== 'exists') return undefined;
          return {
            title: 'all managers are reachable',
            on: decision.lead.name,
            probe: allManagersReachable,
            patience: 60,
            fix: [
              decision.lead.onHost('docker node ls --filter role=manager'),
              'start the managers that are not reachable, and run again; of one that is gone for good, a plan says how its entry goes',
            ],
          };
        },
      },
    },
    { name: 'workers', resources: (host, cluster) => membership(host, cluster, 'worker') },
    { name: 'nodes', on: isLead, resources: (_host, cluster) => nodeResources(cluster) },
    {
      name: 'networks',
      on: isLead,
      *resources(_host, { settings: { ingress, networks } }) {
        if (ingress !== undefined) yield ingressNetwork(ingress);
        for (const [name, network] of Object.entries(networks)) yield dockerNetwork({ name, ...network });
      },
    },
  ],

  status: ({ hosts }) => [nodeTable(hosts)],
});
