import type { Mistake } from 'provision-swarm';
import { looksSecret, overlaps } from 'provision-swarm';
import {
  ENCRYPTED_PORTS,
  FIXED_PORTS,
  hasSieve,
  type Mailu,
  type MailuCluster,
  portsOf,
} from '../settings/mailu.ts';
import { atLeast } from '../settings/mailu-version.ts';
import { databasePathMistake } from './database-path.ts';
import { servicesOf } from './deployed.ts';
import { OWN } from './environment.ts';
import { ONCE } from './services.ts';

/** Combinations of settings that cannot work, or that lose mail, each with the reason. Pure, and before any connection. */
export function validateMailu(cluster: MailuCluster): readonly Mistake[] {
  const { settings: mailu } = cluster;
  if (mailu === undefined) return [];
  return [
    ...surroundings(mailu, cluster),
    ...fronts(mailu, cluster),
    ...database(mailu, cluster),
    ...replicas(mailu),
    ...versions(mailu),
    ...tls(mailu),
    ...relay(mailu),
    ...variables(mailu),
  ];
}

const at = (...path: (string | number)[]) => ['mailu', ...path];

function surroundings(mailu: Mailu, { others, hosts }: MailuCluster): readonly Mistake[] {
  const { subnet, name } = mailu.network;
  const elsewhere = Object.entries(others.swarm.networks).filter(([other]) => other !== name);
  return [
    ...(others.storage.kind === 'none' && hosts.length > 1
      ? [
          {
            path: at('domain'),
            message: `mail has to be on storage that all nodes share, so that a service finds it wherever it runs; write a section \`storage\``,
          },
        ]
      : []),
    ...elsewhere
      .filter(([, other]) => overlaps([subnet], [other.subnet]).length > 0)
      .map(([other, { subnet: range }]) => ({
        path: at('network', 'subnet'),
        message: `${subnet} shares addresses with the network ${other} (${range}); Mailu trusts whoever has an address in its own`,
      })),
    ...(name in others.swarm.networks
      ? [
          {
            path: at('network', 'name'),
            message: `${name} is a network of \`swarm: networks\` as well; Mailu trusts whoever is on its network, so it has one of its own`,
          },
        ]
      : []),
    ...(Number(subnet.split('/')[1]) < 16
      ? [
          {
            path: at('network', 'subnet'),
            message: `${subnet} is larger than a swarm can use, and Mailu trusts every address in it; take a /24`,
          },
        ]
      : []),
  ];
}

function fronts(mailu: Mailu, { hosts }: MailuCluster): readonly Mistake[] {
  const marked = hosts.filter(({ settings }) => settings.front);
  if (marked.length === 0)
    return [{ path: at('hostnames'), message: 'no host is a front: each has `mailu: { front: false }`' }];
  if (mailu.tls.kind !== 'letsencrypt' || mailu.publish === 'ingress' || marked.length === 1) return [];
  return [
    {
      path: at('tls', 'kind'),
      message: `letsencrypt with ${marked.length} fronts: each would ask for certificates and answer for the others, until Let's Encrypt bans the names; leave one host with \`mailu: { front: true }\` and set it to false for the others, or use \`kind: cert\``,
    },
  ];
}

function database({ database: db }: Mailu, cluster: MailuCluster): readonly Mistake[] {
  const { hosts } = cluster;
  if (db.kind !== 'sqlite') return [];
  const message = databasePathMistake(db.path, cluster);
  return [
    ...(message === undefined ? [] : [{ path: at('database', 'path'), message }]),
    ...(db.host !== undefined && !hosts.some(({ name }) => name === db.host)
      ? [{ path: at('database', 'host'), message: `there is no host \`${db.host}\`` }]
      : []),
  ];
}

function replicas(mailu: Mailu): readonly Mistake[] {
  const there = servicesOf(mailu);
  return Object.entries(mailu.replicas).flatMap(([service, count]): readonly Mistake[] => {
    const path = at('replicas', service);
    const name = service as keyof typeof mailu.replicas;
    if (!there.includes(name)) return [{ path, message: `there is no ${service} in this stack` }];
    if (name === 'front')
      return [
        { path, message: 'one runs on each host that has `mailu: { front: true }`; it is not counted' },
      ];
    const reason = ONCE[name];
    if (reason !== undefined && count !== undefined && count > 1)
      return [{ path, message: `${service} runs once: ${reason}` }];
    if (name === 'webmail' && (count ?? 1) > 1 && mailu.webmailDatabase === undefined)
      return [
        {
          path,
          message:
            'webmail keeps its data in a file that one may write; more than one needs `webmailDatabase`, and roundcube',
        },
      ];
    return [];
  });
}

function versions(mailu: Mailu): readonly Mistake[] {
  const { family } = mailu;
  const since = (
    key: string,
    used: boolean,
    major: number,
    minor: number,
    what: string,
  ): readonly Mistake[] =>
    used && !atLeast(family, major, minor)
      ? [
          {
            path: at(key),
            message: `${what}: Mailu has it since ${major}.${String(minor).padStart(major > 2000 ? 2 : 1, '0')}, and the version is ${mailu.version}`,
          },
        ]
      : [];
  return [
    ...since('webmail', mailu.webmail === 'snappymail', 2, 0, 'snappymail'),
    ...(mailu.webmail === 'rainloop' && !family.legacy
      ? [{ path: at('webmail'), message: 'rainloop went with 2.0; take snappymail or roundcube' }]
      : []),
    ...since('oletools', mailu.oletools, 2, 0, 'oletools'),
    ...since('tika', mailu.tika, 2024, 6, 'tika'),
    ...since('ports', !hasSieve(mailu) && portsOf(mailu).includes(4190), 2024, 6, '4190'),
    ...(mailu.webmailDatabase !== undefined && mailu.webmail !== 'roundcube'
      ? [{ path: at('webmailDatabase'), message: 'only roundcube keeps its data in a database' }]
      : []),
  ];
}

function tls(mailu: Mailu): readonly Mistake[] {
  const { tls: flavor } = mailu;
  const ports: readonly number[] = portsOf(mailu);
  const missing = FIXED_PORTS.filter((port) => !ports.includes(port));
  const dead = ENCRYPTED_PORTS.filter((port) => ports.includes(port));
  const half = flavor.kind === 'cert' && (flavor.certificate === undefined) !== (flavor.key === undefined);
  return [
    ...(missing.length > 0 && flavor.kind !== 'notls' && !mailu.family.legacy
      ? [
          {
            path: at('ports'),
            message: `Mailu cannot turn off ${FIXED_PORTS.join(', ')}; ${missing.join(', ')} is missing`,
          },
        ]
      : []),
    ...(flavor.kind === 'notls' && dead.length > 0
      ? [
          {
            path: at('ports'),
            message: `with \`tls: { kind: notls }\` Mailu does not listen on ${dead.join(', ')}; leave ${dead.length === 1 ? 'it' : 'them'} out`,
          },
        ]
      : []),
    ...(flavor.kind === 'letsencrypt' && !ports.includes(80)
      ? [{ path: at('ports'), message: "Let's Encrypt asks on port 80, which is missing" }]
      : []),
    ...(half
      ? [{ path: at('tls'), message: 'a certificate and its key go together: name both secrets, or none' }]
      : []),
  ];
}

function relay(mailu: Mailu): readonly Mistake[] {
  const { subnet } = mailu.network;
  const host = /^\[?([\d.]+)\]?(:\d+)?$/.exec(mailu.relay?.host ?? '')?.[1];
  return [
    ...(host !== undefined && overlaps([subnet], [`${host}/32`]).length > 0
      ? [
          {
            path: at('relay', 'host'),
            message: `${host} is in Mailu's own network ${subnet}: mail would go round in a circle`,
          },
        ]
      : []),
    ...((mailu.relay?.password === undefined) !== (mailu.relay?.user === undefined)
      ? [{ path: at('relay'), message: 'a user and its password go together' }]
      : []),
    ...mailu.relayNetworks.flatMap((range, index): readonly Mistake[] => {
      const path = at('relayNetworks', index);
      const prefix = Number(range.split('/')[1]);
      if (prefix < (range.includes(':') ? 32 : 8))
        return [{ path, message: `${range} may send to anybody without logging in: that is an open relay` }];
      if (overlaps([range], [subnet]).length > 0)
        return [
          {
            path,
            message: `${range} holds Mailu's own network ${subnet}, which is trusted already; what else is in it would be as well`,
          },
        ];
      return [];
    }),
  ];
}

function variables(mailu: Mailu): readonly Mistake[] {
  return Object.keys(mailu.variables).flatMap((name): readonly Mistake[] => {
    const path = at('variables', name);
    const own = OWN[name];
    if (own !== undefined) return [{ path, message: `is set by \`mailu: ${own}\`` }];
    if (looksSecret(name))
      return [{ path, message: 'looks like a secret, and variables are there for all to see' }];
    return [];
  });
}
