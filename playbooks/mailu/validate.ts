import type { Mistake } from 'provision-swarm';
import { looksSecret, overlaps } from 'provision-swarm';
import {
  ENCRYPTED_PORTS,
  FIXED_PORTS,
  hasSieve,
  type Mailu,
  type MailuCluster,
  portsOf,
  type ServiceName,
} from '../settings/mailu.ts';
import { atLeast } from '../settings/mailu-version.ts';
import { databasePathMistake } from './database-path.ts';
import { servicesOf } from './deployed.ts';
import { OWN } from './environment.ts';
import { ONCE } from './services.ts';

/** Combinations of settings that cannot work, or that lose mail, each with the reason. Pure, and before any connection. */
export function* validateMailu(cluster: MailuCluster): Iterable<Mistake> {
  const { settings: mailu } = cluster;
  if (mailu === undefined) return;
  yield* surroundings(mailu, cluster);
  yield* fronts(mailu, cluster);
  yield* database(mailu, cluster);
  yield* replicas(mailu);
  yield* versions(mailu);
  yield* tls(mailu);
  yield* relay(mailu);
  yield* variables(mailu);
}

/** A mistake at a key of the section. */
const at = (path: readonly (string | number)[], message: string): Mistake => ({
  path: ['mailu', ...path],
  message,
});

function* surroundings(mailu: Mailu, { others, hosts }: MailuCluster): Iterable<Mistake> {
  const { subnet, name } = mailu.network;
  if (others.storage.kind === 'none' && hosts.length > 1)
    yield at(
      ['domain'],
      'mail has to be on storage that all nodes share, so that a service finds it wherever it runs; write a section `storage`',
    );
  for (const [other, { subnet: range }] of Object.entries(others.swarm.networks))
    if (other !== name && overlaps([subnet], [range]).length > 0)
      yield at(
        ['network', 'subnet'],
        `${subnet} shares addresses with the network ${other} (${range}); Mailu trusts whoever has an address in its own`,
      );
  if (name in others.swarm.networks)
    yield at(
      ['network', 'name'],
      `${name} is a network of \`swarm: networks\` as well; Mailu trusts whoever is on its network, so it has one of its own`,
    );
  if (Number(subnet.split('/')[1]) < 16)
    yield at(
      ['network', 'subnet'],
      `${subnet} is larger than a swarm can use, and Mailu trusts every address in it; take a /24`,
    );
}

function* fronts(mailu: Mailu, { hosts }: MailuCluster): Iterable<Mistake> {
  const marked = hosts.filter(({ settings }) => settings.front);
  if (marked.length === 0) yield at(['hostnames'], 'no host is a front: each has `mailu: { front: false }`');
  if (mailu.tls.kind === 'letsencrypt' && mailu.publish !== 'ingress' && marked.length > 1)
    yield at(
      ['tls', 'kind'],
      `letsencrypt with ${marked.length} fronts: each would ask for certificates and answer for the others, until Let's Encrypt bans the names; leave one host with \`mailu: { front: true }\` and set it to false for the others, or use \`kind: cert\``,
    );
}

function* database({ database: db }: Mailu, cluster: MailuCluster): Iterable<Mistake> {
  if (db.kind !== 'sqlite') return;
  const message = databasePathMistake(db.path, cluster);
  if (message !== undefined) yield at(['database', 'path'], message);
  if (db.host !== undefined && !cluster.hosts.some(({ name }) => name === db.host))
    yield at(['database', 'host'], `there is no host \`${db.host}\``);
}

function* replicas(mailu: Mailu): Iterable<Mistake> {
  const there = servicesOf(mailu);
  for (const [service, count] of Object.entries(mailu.replicas)) {
    const message = replicasMistake(mailu, there, service as ServiceName, count ?? 1);
    if (message !== undefined) yield at(['replicas', service], message);
  }
}

function replicasMistake(
  mailu: Mailu,
  there: readonly ServiceName[],
  service: ServiceName,
  count: number,
): string | undefined {
  if (!there.includes(service)) return `there is no ${service} in this stack`;
  if (service === 'front')
    return 'one runs on each host that has `mailu: { front: true }`; it is not counted';
  const reason = ONCE[service];
  if (reason !== undefined && count > 1) return `${service} runs once: ${reason}`;
  return service === 'webmail' && count > 1 && mailu.webmailDatabase === undefined
    ? 'webmail keeps its data in a file that one may write; more than one needs `webmailDatabase`, and roundcube'
    : undefined;
}

function* versions(mailu: Mailu): Iterable<Mistake> {
  const { family } = mailu;
  const since = (major: number, minor: number, key: string, what: string) =>
    atLeast(family, major, minor)
      ? []
      : [
          at(
            [key],
            `${what}: Mailu has it since ${major}.${String(minor).padStart(major > 2000 ? 2 : 1, '0')}, and the version is ${mailu.version}`,
          ),
        ];
  if (mailu.webmail === 'snappymail') yield* since(2, 0, 'webmail', 'snappymail');
  if (mailu.webmail === 'rainloop' && !family.legacy)
    yield at(['webmail'], 'rainloop went with 2.0; take snappymail or roundcube');
  if (mailu.oletools) yield* since(2, 0, 'oletools', 'oletools');
  if (mailu.tika) yield* since(2024, 6, 'tika', 'tika');
  if (!hasSieve(mailu) && portsOf(mailu).includes(4190)) yield* since(2024, 6, 'ports', '4190');
  if (mailu.webmailDatabase !== undefined && mailu.webmail !== 'roundcube')
    yield at(['webmailDatabase'], 'only roundcube keeps its data in a database');
}

function* tls(mailu: Mailu): Iterable<Mistake> {
  const { tls: flavor } = mailu;
  const ports: readonly number[] = portsOf(mailu);
  const missing = FIXED_PORTS.filter((port) => !ports.includes(port));
  const dead = ENCRYPTED_PORTS.filter((port) => ports.includes(port));
  if (missing.length > 0 && flavor.kind !== 'notls' && !mailu.family.legacy)
    yield at(['ports'], `Mailu cannot turn off ${FIXED_PORTS.join(', ')}; ${missing.join(', ')} is missing`);
  if (flavor.kind === 'notls' && dead.length > 0)
    yield at(
      ['ports'],
      `with \`tls: { kind: notls }\` Mailu does not listen on ${dead.join(', ')}; leave ${dead.length === 1 ? 'it' : 'them'} out`,
    );
  if (flavor.kind === 'letsencrypt' && !ports.includes(80))
    yield at(['ports'], "Let's Encrypt asks on port 80, which is missing");
  if (flavor.kind === 'cert' && (flavor.certificate === undefined) !== (flavor.key === undefined))
    yield at(['tls'], 'a certificate and its key go together: name both secrets, or none');
}

function* relay(mailu: Mailu): Iterable<Mistake> {
  const { subnet } = mailu.network;
  const host = /^\[?([\d.]+)\]?(:\d+)?$/.exec(mailu.relay?.host ?? '')?.[1];
  if (host !== undefined && overlaps([subnet], [`${host}/32`]).length > 0)
    yield at(
      ['relay', 'host'],
      `${host} is in Mailu's own network ${subnet}: mail would go round in a circle`,
    );
  if ((mailu.relay?.password === undefined) !== (mailu.relay?.user === undefined))
    yield at(['relay'], 'a user and its password go together');
  for (const [index, range] of mailu.relayNetworks.entries()) {
    const prefix = Number(range.split('/')[1]);
    if (prefix < (range.includes(':') ? 32 : 8))
      yield at(
        ['relayNetworks', index],
        `${range} may send to anybody without logging in: that is an open relay`,
      );
    else if (overlaps([range], [subnet]).length > 0)
      yield at(
        ['relayNetworks', index],
        `${range} holds Mailu's own network ${subnet}, which is trusted already; what else is in it would be as well`,
      );
  }
}

function* variables(mailu: Mailu): Iterable<Mistake> {
  for (const name of Object.keys(mailu.variables)) {
    const own = OWN[name];
    if (own !== undefined) yield at(['variables', name], `is set by \`mailu: ${own}\``);
    else if (looksSecret(name))
      yield at(['variables', name], 'looks like a secret, and variables are there for all to see');
  }
}
