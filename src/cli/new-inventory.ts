import { stringify } from 'yaml';
import { z } from 'zod';
import { NAME, USER } from '../inventory/index.ts';

/** What a person says of their machines before the first run. */
export interface Answers {
  readonly cluster: string;
  readonly user: string;
  /** Names and addresses. The first ones, as many as make an odd number up to three, are managers. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  /** Empty: no mail stack yet. */
  readonly domain: string;
  readonly hostname: string;
}

/** `mail-1=192.0.2.11`, or an address alone, which gets a name. */
export function readHosts(texts: readonly string[]): Answers['hosts'] {
  return texts
    .flatMap((text) => text.split(/[\s,]+/))
    .filter((text) => text !== '')
    .map((text, index) => {
      const [first = '', second] = text.split('=');
      return second === undefined
        ? { name: `mail-${index + 1}`, address: first }
        : { name: first, address: second };
    });
}

const ADDRESS = z.union([z.ipv4(), z.ipv6(), z.hostname()]);
/** A word alone is more likely the name of a host whose address was forgotten than an address. */
const ALONE = z.union([z.ipv4(), z.ipv6(), z.hostname().regex(/\./)]);

/** What is wrong with an answer, for the person who gave it. Undefined: nothing. */
export const wrongWith = {
  hosts(text: string): string | undefined {
    const hosts = readHosts([text]);
    if (hosts.length === 0) return 'name a host, as in mail-1=192.0.2.11';
    const words = text.split(/[\s,]+/).filter((word) => word !== '');
    const wrong = words.find(
      (word, index) => !(word.includes('=') ? ADDRESS : ALONE).safeParse(hosts[index]?.address).success,
    );
    if (wrong !== undefined) return `${wrong}: expected name=address, as in mail-1=192.0.2.11`;
    const odd = hosts.find(({ name }) => !NAME.test(name));
    if (odd !== undefined)
      return `${odd.name}: expected a name of lower-case letters, digits and inner hyphens`;
    const twice = hosts.find(({ name }, index) => hosts.findIndex((other) => other.name === name) !== index);
    return twice === undefined ? undefined : `${twice.name}: two hosts have this name`;
  },
  user: (text: string) => (USER.test(text) ? undefined : `${text}: expected the name of a user`),
  domain: (text: string) =>
    text === '' || z.hostname().regex(/\./).safeParse(text).success
      ? undefined
      : `${text}: expected a domain, as in example.org`,
  cluster: (text: string) =>
    NAME.test(text) ? undefined : `${text}: expected lower-case letters, digits and inner hyphens`,
};

/** An inventory to begin with. Three hosts or more share storage; a password of the first administrator comes from the environment. */
export function inventoryText({ cluster, user, hosts, domain, hostname }: Answers): string {
  const managers = hosts.length >= 3 ? 3 : 1;
  const shared = hosts.length >= 3;
  const tree = {
    cluster,
    ssh: { user },
    ...(domain === '' ? {} : { secrets: { 'mail-admin': { env: 'MAIL_ADMIN_PASSWORD' } } }),
    hosts: Object.fromEntries(
      hosts.map(({ name, address }, index) => [
        name,
        { address, ...(index < managers ? { swarm: { role: 'manager' } } : {}) },
      ]),
    ),
    ...(shared ? { storage: { kind: 'glusterfs', replica: 3 } } : {}),
    resolver: { kind: 'unbound' },
    ...(domain === ''
      ? {}
      : {
          mailu: {
            domain,
            hostnames: [hostname],
            tls: { kind: 'cert' },
            admin: { password: 'mail-admin' },
          },
        }),
  };
  const notes = [
    '# An inventory of provision. What else can be said is in inventory/prod.yaml,',
    '# line by line.',
    '# Next: provision plan THIS-FILE, read it, then: provision THIS-FILE',
    ...(shared ? ['# GlusterFS keeps its bricks in /srv/gluster: a file system of its own, please.'] : []),
    ...(domain === ''
      ? []
      : [
          '# The certificate and its key go to /mailu/certs, as cert.pem and key.pem, on',
          '# any host, once it is mounted.',
        ]),
  ];
  return `${notes.join('\n')}\n${stringify(tree, { flowCollectionPadding: true })}`;
}
