import {
  aptFacts,
  autolockFacts,
  DAEMON_JSON,
  definePlaybook,
  dockerDaemon,
  dockerFacts,
  dropInPath,
  isReached,
  machineFacts,
  type Resource,
  service,
  swarmFacts,
} from 'provision-swarm';
import { unlessLocking } from './autolock.ts';
import { DOCKER_PROXY, dockerProxy } from './base/proxy.ts';
import { engineOf, enginePackages } from './docker/engine.ts';
import { inspectPackages } from './docker/packages.ts';
import { inspectRepository } from './docker/repository.ts';
import { backInSwarm, majorityWithout, twoManagers } from './gates.ts';
import { clusterSettings } from './settings/base.ts';
import { type Docker, type DockerHost, hostSettings, SETTINGS } from './settings/docker.ts';

function isInstalled(host: DockerHost): boolean {
  return host.settings.source === 'none' || host.facts.docker.packages.includes(engineOf(host));
}

function engineSettings(host: DockerHost, { hosts, others }: Docker): readonly Resource[] {
  // What it reaches directly, where the other nodes have another address there than in the inventory.
  const near = host.facts.machine.routes;
  return [
    dockerDaemon({
      settings: host.settings.settings ?? {},
      otherwise: host.settings.settings === undefined ? SETTINGS : {},
      mayBeOld: host.settings.source === 'distribution',
    }),
    ...dockerProxy(others.base.proxy, [...hosts.map(({ address }) => address), ...near]),
  ];
}

/** Docker Engine with these settings. Settings of a running engine roll host by host, the quorum as the gate. */
export default definePlaybook({
  name: 'docker',
  host: hostSettings,
  others: { base: clusterSettings },

  facts: {
    machine: machineFacts,
    docker: dockerFacts,
    apt: aptFacts,
    swarm: swarmFacts,
    autolock: autolockFacts,
  },

  validate: ({ hosts }) =>
    hosts.flatMap(({ name, settings }) => {
      const at = (...path: string[]) => ['hosts', name, 'docker', ...path];
      return [
        ...(settings.settings?.['live-restore'] === true
          ? [
              {
                path: at('settings', 'live-restore'),
                message: 'Docker refuses live-restore in a swarm; take it out',
              },
            ]
          : []),
        ...(settings.version !== undefined && settings.source !== 'docker-ce'
          ? [
              {
                path: at('version'),
                message: 'only docker-ce has versions to choose from; set `source: docker-ce`',
              },
            ]
          : []),
      ];
    }),

  inspect: ({ hosts, ...cluster }) => [
    ...twoManagers({ hosts, ...cluster }),
    ...hosts.filter(isReached).flatMap(inspectRepository),
    ...hosts.filter(isReached).flatMap(inspectPackages),
  ],

  stages: [
    {
      name: 'packages',
      resources: (host, cluster) => {
        const { source } = host.settings;
        if (source === 'none') return [];
        // Its settings go with a bare engine: Debian's package starts it at once.
        if (!isInstalled(host)) return [...engineSettings(host, cluster), ...enginePackages(host)];
        return source === 'distribution' ? enginePackages(host) : [];
      },
    },
    {
      name: 'engine',
      resources: (host, cluster) =>
        unlessLocking(
          [
            ...(isInstalled(host) ? engineSettings(host, cluster) : []),
            // Another version stops Docker: host by host.
            ...(isInstalled(host) && host.settings.source === 'docker-ce' ? enginePackages(host) : []),
            service({
              unit: 'docker.service',
              configuration: [DAEMON_JSON, dropInPath(DOCKER_PROXY.unit, DOCKER_PROXY.name)],
            }),
          ],
          host,
          cluster,
        ),
      rolling: {
        apart: ({ facts }) => facts.swarm.info?.state !== 'active',
        before: majorityWithout,
        after: backInSwarm,
      },
    },
  ],
});
