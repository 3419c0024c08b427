import {
  DAEMON_JSON,
  type DockerFacts,
  definePlaybook,
  dockerDaemon,
  dockerFacts,
  type MachineFacts,
  machineFacts,
  packages,
  type ReachedHost,
  type SwarmFacts,
  service,
  swarmFacts,
} from 'provision';
import { z } from 'zod';
import { backInSwarm, majorityWithout } from './gates.ts';

const hostSettings = z.strictObject({
  source: z
    .enum(['distribution', 'none'])
    .default('distribution')
    .describe(
      "`distribution`: the system's own package; `none`: an engine that is there and looked after elsewhere",
    ),
  settings: z
    .record(z.string(), z.json())
    .default({ 'log-driver': 'json-file', 'log-opts': { 'max-size': '10m', 'max-file': '3' } })
    .describe('all of daemon.json; a change restarts Docker host by host'),
});

type Settings = z.output<typeof hostSettings>;
interface Facts {
  readonly machine: MachineFacts;
  readonly docker: DockerFacts;
  readonly swarm: SwarmFacts;
}
type DockerHost = ReachedHost<Settings, Facts>;

function isInstalled({ settings, facts }: DockerHost): boolean {
  return settings.source === 'none' || facts.docker.packages.includes('docker.io');
}

/** Debian 13 split the command off; without AppArmor's parser no container starts where the kernel has AppArmor. */
function engine({ os }: MachineFacts): readonly string[] {
  const cli = os.id === 'debian' && Number(os.version) >= 13 ? ['docker-cli'] : [];
  return ['docker.io', ...cli, 'apparmor', 'ca-certificates', 'iptables'];
}

/** Docker Engine with these settings. Settings of a running engine roll host by host, the quorum as the gate. */
export default definePlaybook({
  name: 'docker',
  host: hostSettings,

  facts: {
    machine: { probe: () => machineFacts },
    docker: { probe: () => dockerFacts },
    swarm: { probe: () => swarmFacts },
  },

  check: ({ hosts }) =>
    hosts
      .filter(({ settings }) => settings.settings['live-restore'] === true)
      .map(({ name }) => ({
        path: ['hosts', name, 'docker', 'settings', 'live-restore'],
        message: 'Docker refuses live-restore in a swarm; take it out',
      })),

  inspect: ({ hosts }) =>
    hosts.flatMap((host) => {
      const foreign = (host.facts?.docker.packages ?? []).filter((name) => name !== 'docker.io');
      if (host.settings.source !== 'distribution' || foreign.length === 0) return [];
      return [
        {
          level: 'refuse' as const,
          code: 'other-engine',
          host: host.name,
          message: `it has ${foreign.join(', ')}, which the distribution's Docker would replace`,
          fix: ['set `docker: { source: none }` for it, or remove that package'],
        },
      ];
    }),

  stages: [
    {
      name: 'packages',
      // Its settings go with a bare engine: Debian's package starts it at once.
      resources: (host) =>
        host.settings.source === 'none'
          ? []
          : [
              ...(isInstalled(host) ? [] : [dockerDaemon({ settings: host.settings.settings })]),
              packages({ names: [...engine(host.facts.machine)] }),
            ],
    },
    {
      name: 'engine',
      resources: (host) => [
        ...(isInstalled(host) ? [dockerDaemon({ settings: host.settings.settings })] : []),
        service({ unit: 'docker.service', configuration: [DAEMON_JSON] }),
      ],
      rolling: {
        apart: ({ facts }) => facts.swarm.info?.state !== 'active',
        before: majorityWithout,
        after: backInSwarm,
      },
    },
  ],
});
