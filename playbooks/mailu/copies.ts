import {
  ACCOUNTS_RECORD,
  dataDirectory,
  type Finding,
  file,
  isReached,
  type Resource,
  service,
  template,
} from 'provision-swarm';
import type { Mailu, MailuCluster, Reached } from '../settings/mailu.ts';
import { ADMIN, COPY_UNIT, copiesOf, deployedOf, fileOf } from './accounts-places.ts';
import { writerOf } from './asked-hosts.ts';
import { adminHostOf, decideDatabase } from './database.ts';
import { tagOf, versionOf } from './forward.ts';
import { imageOf } from './images.ts';

const UNIT = 'provision-accounts';
const TIMER = `/etc/systemd/system/${UNIT}.timer`;
const SCRIPT = '/usr/local/sbin/provision-copy-accounts';
/** Minutes between two copies: what was changed in between is not in any. */
const INTERVAL = 15;
/** Copies that differ and are kept. */
const KEEP = 96;
/** Days of which the last copy is kept: two hosts that copy in turn differ each time, and would push all others out in a day. */
const DAYS = 60;
/** Minutes after which the newest copy is too old: four were missed. */
const LATE = 60;

/** The unit that makes a copy. */
export const copyUnit = (path: string) => `[Unit]
Description=Copy the accounts of Mailu onto the shared storage
# Where they are: a run looks there once the inventory says another path and nothing runs.
${ACCOUNTS_RECORD}=${fileOf(path)}

[Service]
Type=oneshot
ExecStart=${SCRIPT}
# One that hangs would be the last: the timer begins none while it goes on.
TimeoutStartSec=${INTERVAL}min
`;
const timer = `[Unit]
Description=Copy the accounts of Mailu onto the shared storage, every ${INTERVAL} minutes

[Timer]
OnActiveSec=1min
OnUnitActiveSec=${INTERVAL}min

[Install]
WantedBy=timers.target
`;

/** sqlite's file is on one host: a copy of it goes to the shared storage on a schedule, by that host's systemd. */
export function copies(mailu: Mailu, cluster: MailuCluster, host: Reached): readonly Resource[] {
  if (adminHostOf(mailu, cluster)?.name !== host.name) return [];
  const { root, kind } = cluster.others.storage;
  return [
    file({
      path: SCRIPT,
      content: template(import.meta.url, '../../templates/copy-accounts.sh.hbs', {
        folder: copiesOf(root),
        service: ADMIN,
        root,
        mounted: kind !== 'none',
        keep: KEEP,
        days: DAYS,
      }),
      mode: '0755',
    }),
    ...(mailu.database.kind === 'sqlite'
      ? [file({ path: COPY_UNIT, content: copyUnit(mailu.database.path) })]
      : []),
    file({ path: TIMER, content: timer }),
  ];
}

/**
 * Which administrations have been deployed, beside the files that they have changed: no older one is to work with these. An empty
 * directory for each, for a directory is made and never rewritten.
 */
export function deployedMark(mailu: Mailu, cluster: MailuCluster, host: Reached): readonly Resource[] {
  const tag = tagOf(imageOf(mailu, 'admin'));
  if (writerOf(cluster)?.name !== host.name || versionOf(tag) === undefined) return [];
  return [dataDirectory({ path: `${deployedOf(cluster.others.storage.root)}/${tag}` })];
}

/** The schedule, once its files are there. */
export function schedule(mailu: Mailu, cluster: MailuCluster, host: Reached): readonly Resource[] {
  if (adminHostOf(mailu, cluster)?.name !== host.name) return [];
  return [service({ unit: `${UNIT}.timer`, configuration: [TIMER] })];
}

/** What hangs on one host by this default, said once. */
export function onOneHost(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const decision = decideDatabase(mailu, cluster);
  if (decision.kind === 'refused') return decision.findings;
  if (decision.kind === 'server') return [];
  const { root } = cluster.others.storage;
  const { host } = decision;
  return [
    ...(cluster.hosts.length < 2
      ? []
      : [
          {
            level: 'warn' as const,
            code: 'accounts-on-one-host',
            message: `the accounts ${decision.kind === 'here' ? 'are' : 'will be'} in a file on ${host.name}: while that host is away, nobody can log in on any host. A copy goes to ${copiesOf(root)} every ${INTERVAL} minutes`,
            fix: ['to have them in a server of their own: mailu: { database: { kind: postgresql, … } }'],
          },
        ]),
    ...(decision.kind === 'here' && isReached(host) ? late(cluster, host) : []),
  ];
}

/** Seconds since the accounts were last copied, by the clock of the host that tells it; undefined: there is none. */
export function ageOfCopy({ hosts }: MailuCluster): number | undefined {
  const ages = hosts.filter(isReached).flatMap(({ facts: { mailData, machine } }) => {
    if (mailData.shared.unknown !== undefined) return [];
    const { copies, copied } = mailData.shared;
    return copies.length === 0 || copied === undefined ? [] : [machine.clock - copied];
  });
  return ages.length === 0 ? undefined : Math.max(0, Math.min(...ages));
}

/** Whether a copy has been begun somewhere: the directory is made by the first. */
const begun = ({ hosts }: MailuCluster) =>
  hosts
    .filter(isReached)
    .some(({ facts: { mailData } }) => mailData.shared.unknown === undefined && mailData.shared.begun);

function late(cluster: MailuCluster, host: Reached): readonly Finding[] {
  const age = ageOfCopy(cluster);
  if (age === undefined ? !begun(cluster) : age < LATE * 60) return [];
  const newest =
    age === undefined
      ? 'there is no copy of the accounts, although one was begun'
      : `the newest copy of the accounts is ${Math.round(age / 60)} minutes old`;
  return [
    {
      level: 'warn',
      code: 'copy-of-accounts-late',
      message: `${newest}; one is to be made every ${INTERVAL} minutes`,
      host: host.name,
      fix: [host.onHost(`systemctl status ${UNIT}.timer; journalctl -u ${UNIT} -n 20`)],
    },
  ];
}
