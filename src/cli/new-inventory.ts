import { stringify } from 'yaml';

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
    '# An inventory of provision. What else can be said: inventory/prod.yaml, which explains every line.',
    '# Next: provision plan THIS-FILE, read it, then: provision THIS-FILE',
    ...(shared
      ? ['# GlusterFS keeps its bricks in /srv/gluster, which has to be on a file system of its own.']
      : []),
    ...(domain === ''
      ? []
      : [
          '# The certificate and its key go to /mailu/certs (cert.pem, key.pem) on any host, once it is mounted.',
        ]),
  ];
  return `${notes.join('\n')}\n${stringify(tree, { flowCollectionPadding: true })}`;
}
