import { dirname } from 'node:path';
import {
  containerResolver,
  definePlaybook,
  directory,
  type Finding,
  file,
  isReached,
  machineFacts,
  masked,
  packages,
  resolver,
  resolverFacts,
} from 'provision-swarm';
import {
  DEVICES_CONF,
  DEVICES_CONF_TEXT,
  TRIGGER_CONF,
  TRIGGER_CONF_TEXT,
  unboundConf,
  unboundPackages,
  unboundPath,
} from './resolver/unbound.ts';
import { validateResolver } from './resolver/validate.ts';
import { hostSettings, type Reached, type Resolvers } from './settings/resolver.ts';
import { clusterSettings as swarmSettings } from './settings/swarm.ts';

/** Docker 24.0.0 answers SERVFAIL for every name that does not exist, and drops the `ad` flag (moby#45565, Mailu#2827). */
const BAD_ENGINES = ['24.0.0'];

/**
 * What a host gets. dnssec-trigger takes its name servers from NetworkManager, and is of no use without it. Debian's
 * conflicts with what provides resolvconf, and a package that it removed could not be put back with the rest.
 */
function kindOf({ settings: { kind }, facts }: Reached) {
  if (kind !== 'dnssec-trigger') return { kind };
  const { networkManager, conflicts, triggerInstalled } = facts.resolver;
  if (!networkManager) return { kind: 'unbound' as const, because: 'NetworkManager does not run here' };
  if (triggerInstalled || conflicts.length === 0) return { kind };
  const names = conflicts.join(', ');
  return {
    kind: 'unbound' as const,
    because: `dnssec-trigger would remove the package ${names}; take it away yourself to have dnssec-trigger`,
  };
}

/** Debian's unbound would tell resolvconf of itself, before anybody has seen whether it validates. */
const EARLY = 'unbound-resolvconf.service';
const TRIGGER = 'dnssec-triggerd.service';

export default definePlaybook({
  name: 'resolver',
  host: hostSettings,
  others: { swarm: swarmSettings },

  facts: {
    machine: machineFacts,
    resolver: resolverFacts,
  },

  validate: validateResolver,

  inspect: ({ hosts }) => hosts.filter(isReached).flatMap(badEngine),

  stages: [
    {
      // Before any host switches: one that fails to, or while it does, still has what it needs.
      name: 'packages',
      resources: (host) => {
        const { kind } = kindOf(host);
        if (kind === 'none') return [];
        const { os } = host.facts.machine;
        const path = unboundPath(os);
        const unbound = [
          masked({ unit: EARLY }),
          directory({ path: dirname(path) }),
          file({ path, content: unboundConf(host.settings, forwardersOf(host)) }),
          packages({ names: [...unboundPackages(os)] }),
        ];
        if (kind === 'unbound') return unbound;
        return [
          ...unbound,
          ...(host.facts.resolver.triggerInstalled ? [] : [masked({ unit: TRIGGER })]),
          directory({ path: dirname(TRIGGER_CONF) }),
          file({ path: TRIGGER_CONF, content: TRIGGER_CONF_TEXT }),
          file({ path: DEVICES_CONF, content: DEVICES_CONF_TEXT }),
          packages({ names: ['dnssec-trigger'] }),
        ];
      },
    },
    {
      name: 'switch',
      resources: (host) => {
        const { kind, because } = kindOf(host);
        if (kind === 'none') return [];
        return [
          resolver({
            kind,
            because,
            forwarders: [...forwardersOf(host)],
            checks: host.settings.checks,
            configuration: {
              unbound: [unboundPath(host.facts.machine.os)],
              'dnssec-trigger': [TRIGGER_CONF],
            },
          }),
        ];
      },
      rolling: {},
    },
    {
      name: 'containers',
      resources: ({ settings: { kind, network, checks } }) =>
        kind === 'none' || network === undefined ? [] : [containerResolver({ network, checks })],
    },
  ],

  status: (cluster) =>
    cluster.hosts.every(({ settings }) => settings.kind === 'none') ? [] : [table(cluster)],
});

function forwardersOf(host: Reached): readonly string[] {
  return kindOf(host).kind === 'unbound' ? host.settings.forwarders : [];
}

function badEngine({
  name,
  settings,
  facts: {
    resolver: { engine },
  },
}: Reached): readonly Finding[] {
  if (settings.kind === 'none' || !BAD_ENGINES.includes(engine ?? '')) return [];
  return [
    {
      level: 'refuse',
      code: 'engine-without-ad',
      host: name,
      message: `Docker ${engine} gives containers wrong answers: SERVFAIL for names that do not exist, and none that is validated`,
      fix: ['upgrade Docker there to 24.0.1 or later'],
    },
  ];
}

function table({ hosts }: Resolvers) {
  return {
    title: 'Resolver',
    columns: ['HOST', 'NAME SERVER', 'STATE', 'VALIDATES', 'IN CONTAINERS'],
    rows: hosts.map((host) => {
      if (!isReached(host)) return [host.name, 'not reached', '', '', ''];
      const { servers, state, validates, validatesInContainers } = host.facts.resolver;
      return [
        host.name,
        servers.join(', ') || 'none',
        state ?? '',
        say(validates, 'no answer'),
        say(validatesInContainers, 'none runs'),
      ];
    }),
  };
}

function say(validates: boolean | undefined, unknown: string): string {
  if (validates === undefined) return unknown;
  return validates ? 'yes (ad)' : 'NO';
}
