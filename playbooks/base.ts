import { isIP } from 'node:net';
import {
  clockFacts,
  cloudInit,
  definePlaybook,
  firewallFacts,
  type Host,
  hostsEntries,
  inspectMachines,
  isReached,
  machineFacts,
  mountFacts,
  swarmFacts,
  sysctl,
  user,
} from 'provision-swarm';
import { clockPackages, clockService } from './base/clock.ts';
import { firewallResources } from './base/firewall.ts';
import { aptProxy } from './base/proxy.ts';
import { clusterSettings, type Facts, hostSettings } from './settings/base.ts';
import { clusterSettings as storageSettings } from './settings/storage.ts';
import { clusterSettings as swarmSettings } from './settings/swarm.ts';

/**
 * How often unanswered data is sent again: 8 is 100 seconds, the least that RFC 1122 (4.2.3.5) allows; the kernel's 15 are a
 * quarter of an hour. A manager of swarm tells the leader what runs on it, without a time limit; where the leader's machine has
 * lost its power or network, all news of that manager wait as long as the old connection lives (seen with Docker 26.1).
 */
const KERNEL = { 'net.ipv4.tcp_retries2': 8 };

function entryOf({ name, address, facts }: Host<unknown, Facts>) {
  return { address, names: [...new Set([name, facts?.machine.hostname || name])] };
}

/** Checks of the machines before anything is changed, and what is not Docker's: kernel, people, names, clock. */
export default definePlaybook({
  name: 'base',
  cluster: clusterSettings,
  host: hostSettings,

  others: { swarm: swarmSettings, storage: storageSettings },

  facts: {
    machine: machineFacts,
    clock: clockFacts,
    firewall: firewallFacts,
    swarm: swarmFacts,
    mounts: mountFacts,
  },

  validate: ({ hosts, settings }) =>
    hosts
      .filter(({ address }) => settings.hostsEntries && isIP(address) === 0)
      .map(({ name }) => ({
        path: ['hosts', name, 'address'],
        message: 'hostsEntries needs an IP address here: a name would have to be looked up by itself',
      })),

  inspect: ({ hosts, settings }) =>
    inspectMachines(hosts, {
      clockSkew: settings.maxClockSkew,
      freeBytes: settings.minFreeDisk * 2 ** 30,
    }),

  stages: [
    { name: 'boot', resources: () => [cloudInit({})] },
    {
      name: 'machine',
      resources: ({ settings }, cluster) => [
        hostsEntries({ entries: cluster.settings.hostsEntries ? cluster.hosts.map(entryOf) : [] }),
        sysctl({ settings: { ...KERNEL, ...settings.sysctl } }),
        ...aptProxy(cluster.settings.proxy),
        ...Object.entries(settings.users).map(([name, account]) => user({ name, ...account })),
      ],
    },
    { name: 'firewall', resources: firewallResources },
    { name: 'clock-packages', resources: clockPackages },
    { name: 'clock', resources: clockService },
  ],

  status: ({ hosts }) => [
    {
      title: 'Machines',
      columns: ['HOST', 'ADDRESS', 'HOST NAME', 'SYSTEM', 'CLOCK', 'FREE'],
      rows: hosts.map((host) => {
        if (!isReached(host)) return [host.name, host.address, 'not reached', '', '', ''];
        const { hostname, os, freeBytes, container } = host.facts.machine;
        const keeper = host.facts.clock.keepers.find(({ active }) => active)?.unit.replace('.service', '');
        const clock = keeper ?? (container ? "its host's" : 'nothing keeps it');
        const system = os.name.replace(' GNU/Linux', '');
        return [host.name, host.address, hostname, system, clock, `${(freeBytes / 2 ** 30).toFixed(0)} GiB`];
      }),
    },
  ],
});
