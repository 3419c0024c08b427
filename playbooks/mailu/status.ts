import { type Enquiry, enquire, type LiveStack, type StatusTable, stackProbe } from 'provision-swarm';
import type { MailuCluster } from '../settings/mailu.ts';
import { fileOf } from './accounts-places.ts';
import { askedManager } from './asked-hosts.ts';
import { ageOfCopy } from './copies.ts';
import { decideDatabase } from './database.ts';
import { listedServices } from './listed-services.ts';
import { STACK } from './service.ts';

/** The services, and of each task where it runs, or why it does not. */
export function mailuStatus(cluster: MailuCluster): readonly (StatusTable | Enquiry<StatusTable>)[] {
  const lead = askedManager(cluster);
  const left = cluster.settings === undefined;
  if (lead === undefined || (left && listedServices(cluster).length === 0)) return [];
  const title = `Stack ${STACK}${left ? ', of which the inventory says nothing' : ''}`;
  return [
    ...accountsTable(cluster),
    enquire([lead.name], stackProbe(STACK), (answers): StatusTable => {
      const answer = answers.get(lead.name);
      if (answer === undefined) return noServices(`${title}: ${lead.name} was not reached`);
      if ('unknown' in answer) return noServices(`${title}: ${answer.unknown}`);
      return servicesTable(title, answer.value);
    }),
  ];
}

const COLUMNS = ['SERVICE', 'STATE', 'NODES', 'IMAGE', 'SAID'];

const noServices = (title: string): StatusTable => ({
  title,
  columns: COLUMNS,
  rows: [],
  down: [`the stack ${STACK}`],
});

export function servicesTable(title: string, live: LiveStack): StatusTable {
  if (live.size === 0) return noServices(`${title}: not deployed`);
  const services = [...live].toSorted(([a], [b]) => a.localeCompare(b));
  const rows = services.map(([name, { fields, progress, tasks, lost, log }]) => [
    name,
    `${progress.text}${lost.length === 0 ? '' : ', not found by its name'}${progress.failed === undefined ? '' : `: ${progress.failed}`}`,
    [...new Set(tasks.filter(({ Status }) => Status.State === 'running').map(({ node }) => node))]
      .toSorted()
      .join(' '),
    // Without the registry, which is the same for most.
    String(fields.get('image') ?? '')
      .split('/')
      .at(-1) ?? '',
    log.at(-1) ?? '',
  ]);
  const down = services
    .filter(([, { progress, lost }]) => progress.running < progress.expected || lost.length > 0)
    .map(([name]) => name);
  return { title, columns: COLUMNS, rows, down };
}

/** Where the accounts are, and how old their newest copy is. */
function accountsTable(cluster: MailuCluster): readonly StatusTable[] {
  const { settings: mailu } = cluster;
  if (mailu === undefined || mailu.database.kind !== 'sqlite') return [];
  const decision = decideDatabase(mailu, cluster);
  const age = ageOfCopy(cluster);
  const where =
    decision.kind === 'here'
      ? decision.host.name
      : decision.kind === 'made'
        ? 'none yet'
        : 'not clear, see above';
  return [
    {
      title: 'Accounts',
      columns: ['HOST', 'FILE', 'NEWEST COPY'],
      rows: [
        [where, fileOf(mailu.database.path), age === undefined ? 'none' : `${Math.round(age / 60)} min old`],
      ],
    },
  ];
}
