import { wrapAnsi } from 'fast-wrap-ansi';
import { Document, isMap, type Pair, type Scalar } from 'yaml';
import type { Answers } from './answers.ts';

/** Which part of the inventory a comment stands before, as `mailu.tls`, and its paragraphs. */
type Notes = Readonly<Record<string, readonly string[]>>;

/** Columns of a comment, which is read in a terminal of 80. */
const WIDTH = 76;

/** An inventory to begin with, each choice with its reason. Passwords come from the environment. */
export function inventoryText(answers: Answers, file: string): string {
  const document = new Document(treeOf(answers));
  document.commentBefore = lines([
    'An inventory of provision. What else can be said is in inventory/prod.yaml, line by line.',
    `Next: provision plan ${file}, read it, then: provision ${file}`,
  ]);
  for (const [path, text] of Object.entries(notesOf(answers))) comment(document, path.split('.'), text);
  return document.toString({ flowCollectionPadding: true });
}

const MANAGERS = 3;
const managersOf = ({ hosts }: Answers) => (hosts.length >= MANAGERS ? MANAGERS : 1);
const PASSWORDS = { 'mail-admin': 'MAIL_ADMIN_PASSWORD', 'mail-database': 'MAIL_DATABASE_PASSWORD' };

/** The secrets that the inventory names, by the variables that they come from. */
export function passwordsOf({ mail }: Answers): Readonly<Record<string, string>> {
  if (mail === undefined) return {};
  const { 'mail-admin': admin } = PASSWORDS;
  return mail.database === 'sqlite' ? { 'mail-admin': admin } : PASSWORDS;
}

function treeOf(answers: Answers): object {
  const { cluster, user, hosts, storage, nfs, mail } = answers;
  const [server = '', folder = ''] = nfs.split(':');
  const secrets = Object.entries(passwordsOf(answers)).map(([name, env]) => [name, { env }]);
  // Each front would ask for a certificate of its own, and answer for the others.
  const oneFront = mail?.tls === 'letsencrypt';
  return {
    cluster,
    ssh: { user },
    ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
    hosts: Object.fromEntries(
      hosts.map(({ name, address }, index) => [
        name,
        {
          address,
          ...(index < managersOf(answers) ? { swarm: { role: 'manager' } } : {}),
          ...(oneFront && index > 0 ? { mailu: { front: false } } : {}),
        },
      ]),
    ),
    ...(storage === 'glusterfs' ? { storage: { kind: 'glusterfs', replica: 3 } } : {}),
    ...(storage === 'nfs' ? { storage: { kind: 'nfs', server, export: folder } } : {}),
    resolver: { kind: 'unbound' },
    ...(mail === undefined ? {} : { mailu: mailOf(mail) }),
  };
}

const mailOf = ({ domain, hostname, tls, database, databaseServer }: NonNullable<Answers['mail']>) => ({
  domain,
  hostnames: [hostname],
  tls: { kind: tls },
  database:
    database === 'sqlite'
      ? { kind: database }
      : { kind: database, server: databaseServer, password: 'mail-database' },
  admin: { password: 'mail-admin' },
});

const STORAGE: Readonly<Record<Answers['storage'], readonly string[]>> = {
  glusterfs: [
    'Each message is on three of the machines, and mail goes on while one of them is away. On each of them /srv/gluster has to be a disk or a partition of its own: mail that fills the disk of the system stops the machine.',
  ],
  nfs: ['All mail is on a server that you look after. While it is away there is no mail.'],
  none: [],
};

const CERTIFICATE: Readonly<Record<NonNullable<Answers['mail']>['tls'], readonly string[]>> = {
  cert: [
    'Your own certificate: it goes to /mailu/certs on any host, as cert.pem and key.pem, once that is mounted. Put a new one there before it runs out.',
  ],
  letsencrypt: [
    "Let's Encrypt: the server fetches its certificate itself. So one host alone serves clients, and its port 80 has to be reached from the Internet.",
  ],
  notls: [
    'No certificate: passwords go over the network as plain text. Only behind something that encrypts, or to try it.',
  ],
};

function notesOf(answers: Answers): Notes {
  const { hosts, storage, mail } = answers;
  const managers =
    managersOf(answers) === 1
      ? ['One manager keeps the state of the swarm: while it is away, nothing can be changed.']
      : ['Three managers keep the state of the swarm: it can be changed while one of them is away.'];
  return {
    ...(mail === undefined
      ? {}
      : {
          secrets: [
            'Passwords come from variables of the environment that provision runs in. Also: { file }, { command }, { prompt }, or { age }, an encrypted file that `provision secrets edit` makes.',
          ],
          'mailu.tls': CERTIFICATE[mail.tls],
          'mailu.database':
            mail.database === 'sqlite'
              ? [
                  'Accounts are in a file on one host. While that host is away nobody can log in, and mail waits.',
                  'With postgresql or mysql they are on a server of yours.',
                ]
              : [
                  'Accounts are on a server that you look after, in a database that is there and called mailu.',
                ],
          'mailu.admin': [
            'The first administrator, postmaster, gets this password. A run never changes it again.',
          ],
        }),
    hosts: managers,
    ...(mail === undefined
      ? {}
      : {
          mailu: [
            hosts.length === 1
              ? 'The mail stack. With one machine the mail is on its own disk, in /mailu: see to copies of it.'
              : 'The mail stack.',
          ],
        }),
    resolver: ['Every host checks the signatures of DNS. Mailu does not start without that.'],
    ...(storage === 'none' ? {} : { storage: STORAGE[storage] }),
  };
}

const lines = (paragraphs: readonly string[]) =>
  paragraphs
    .flatMap((text) => wrapAnsi(text, WIDTH).split('\n'))
    .map((line) => ` ${line}`)
    .join('\n');

/** Puts lines before a key, after an empty one. */
function comment(document: Document, path: readonly string[], text: readonly string[]): void {
  const parent = document.getIn(path.slice(0, -1), true) ?? document.contents;
  const pair = isMap(parent)
    ? (parent.items as Pair<Scalar, unknown>[]).find(({ key }) => key.value === path.at(-1))
    : undefined;
  if (pair === undefined) return;
  pair.key.commentBefore = lines(text);
  pair.key.spaceBefore = true;
}
