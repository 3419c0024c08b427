import { expect, test } from 'vitest';
import site from '../../playbooks/site.ts';
import { readText } from '../../src/cli/project.ts';

const HOSTS = `cluster: mail
hosts:
  mail-1: { address: 192.0.2.1, swarm: { role: manager } }
  mail-2: { address: 192.0.2.2 }
`;
const NETWORKS = `swarm:
  networks:
    mail: { subnet: 10.20.0.0/24, attachable: true }
    inner: { subnet: 10.21.0.0/24 }
`;

function said(text: string): string {
  try {
    readText(text, 'my.yaml', { run: site, sections: site });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test('containers are tried on a network that they can join', () => {
  expect(said(`${HOSTS}${NETWORKS}resolver: { kind: unbound, network: mail }\n`)).toBe('');
});

test.each<[string, string, string]>([
  [
    'misspelt, for all hosts, told once',
    `${HOSTS}${NETWORKS}resolver: { kind: unbound, network: mial }\n`,
    'my.yaml:9:28 resolver.network: there is no network `mial` in `swarm: networks`; did you mean `mail`?',
  ],
  [
    'another, in a group',
    `${HOSTS}${NETWORKS}groups: { a: { hosts: [mail-2], resolver: { kind: unbound, network: front } } }\n`,
    'my.yaml:9:60 groups.a.resolver.network: there is no network `front` in `swarm: networks`, which names mail, inner',
  ],
  [
    "Mailu's, which is made later, in a host",
    HOSTS.replace('192.0.2.2', '192.0.2.2, resolver: { network: mailu }'),
    'my.yaml:4:45 hosts.mail-2.resolver.network: there is no network `mailu` in `swarm: networks`, which names none',
  ],
  [
    'one that none can join',
    `${HOSTS}${NETWORKS}resolver: { kind: unbound, network: inner }\n`,
    'my.yaml:9:28 resolver.network: no container can join the network `inner`: write `attachable: true` in `swarm: networks`',
  ],
])('a network that they cannot is told where it is written: %s', (_, text, told) => {
  expect(said(text)).toBe(told);
});

test('so are forwarders that would not be asked', () => {
  expect(said(`${HOSTS}resolver: { kind: dnssec-trigger, forwarders: [192.0.2.53] }\n`)).toMatch(
    /^my\.yaml:5:35 resolver\.forwarders: dnssec-trigger takes/,
  );
});
