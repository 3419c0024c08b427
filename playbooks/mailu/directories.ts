import { block, dataDirectory, type Resource, template } from 'provision-swarm';
import type { MailuCluster } from '../settings/mailu.ts';

const DIRECTORIES = [
  'redis',
  'certs',
  'data',
  'data/fetchmail',
  'dkim',
  'mail',
  'mailqueue',
  'filter',
  'dav',
  'webmail',
  'leases',
];
const OVERRIDES = ['nginx', 'dovecot', 'postfix', 'rspamd', 'roundcube', 'snappymail', 'rainloop'];

/** What shared storage needs of Dovecot. */
export const dovecotConf = ({ others: { storage } }: MailuCluster) =>
  template(import.meta.url, '../../templates/dovecot.conf.hbs', {
    noBlockingLocks: storage.kind === 'glusterfs',
  });

/** What Mailu finds on the shared storage. Its services take these for their own, so only that they exist is kept. */
export function directories(cluster: MailuCluster): readonly Resource[] {
  const { root } = cluster.others.storage;
  return [
    ...[...DIRECTORIES, 'overrides', ...OVERRIDES.map((name) => `overrides/${name}`)].map((name) =>
      dataDirectory({ path: `${root}/${name}` }),
    ),
    block({
      path: `${root}/overrides/dovecot/dovecot.conf`,
      content: dovecotConf(cluster),
    }),
  ];
}
