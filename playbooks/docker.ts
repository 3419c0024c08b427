import {
  aptFacts,
  autolockFacts,
  DAEMON_JSON,
  definePlaybook,
  dockerDaemon,
  dockerFacts,
  dropInPath,
  inspectStarts,
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
import { asManager, backInSwarm, majorityWithout, twoManagers } from './gates.ts';
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

function* engine(host: DockerHost, cluster: Docker): Iterable<Resource> {
  if (isInstalled(host)) yield* engineSettings(host, cluster);
  // Another version stops Docker: host by host.
  if (isInstalled(host) && host.settings.source === 'docker-ce') yield* enginePackages(host);
  yield service({
    unit: 'docker.service',
    configuration: [DAEMON_JSON, dropInPath(DOCKER_PROXY.unit, DOCKER_PROXY.name)],
  });
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

  *validate({ hosts }) {
    for (const { name, settings } of hosts) {
      const at = (...path: string[]) => ['hosts', name, 'docker', ...path];
      if (settings.settings?.['live-restore'] === true)
        yield {
          path: at('settings', 'live-restore'),
          message: 'Docker refuses live-restore in a swarm; take it out',
        };
      if (settings.version !== undefined && settings.source !== 'docker-ce')
        yield {
          path: at('version'),
          message: 'only docker-ce has versions to choose from; set `source: docker-ce`',
        };
    }
  },

  *inspect({ hosts, ...cluster }) {
    // Of all that is refused for the swarm, this protects what is done here, also where that is done alone (`--stage docker`).
    yield* inspectStarts(hosts.map(asManager));
    yield* twoManagers({ hosts, ...cluster });
    yield* hosts.filter(isReached).flatMap(inspectRepository);
    yield* hosts.filter(isReached).flatMap(inspectPackages);
  },

  stages: [
    {
      name: 'packages',
      on: ({ settings: { source } }) => source !== 'none',
      *resources(host, cluster) {
        // Its settings go with a bare engine: Debian's package starts it at once.
        if (!isInstalled(host)) yield* engineSettings(host, cluster);
        if (!isInstalled(host) || host.settings.source === 'distribution') yield* enginePackages(host);
      },
    },
    {
      name: 'engine',
      resources: (host, cluster) => unlessLocking([...engine(host, cluster)], host, cluster),
      rolling: {
        apart: ({ facts }) => facts.swarm.info?.state !== 'active',
        before: majorityWithout,
        after: backInSwarm,
      },
    },
  ],
});
