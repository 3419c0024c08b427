import { type Enquiry, enquire, type StatusTable, stackProbe } from 'provision';
import { fileOf } from './accounts-places.ts';
import { ageOfCopy } from './copies.ts';
import { decideDatabase } from './database.ts';
import { liveServices } from './live.ts';
import { leadOf, STACK } from './parts.ts';
import type { MailuCluster } from './settings.ts';

/** The services, and of each task where it runs, or why it does not. */
export function mailuStatus(cluster: MailuCluster): readonly (StatusTable | Enquiry<StatusTable>)[] {
  const lead = leadOf(cluster);
  const left = cluster.settings === undefined;
  if (lead === undefined || (left && liveServices(cluster).length === 0)) return [];
  const title = `Stack ${STACK}${left ? ', of which the inventory says nothing' : ''}`;
  const columns = ['SERVICE', 'STATE', 'NODES', 'IMAGE', 'SAID'];
  return [
    ...accountsTable(cluster),
    enquire([lead.name], stackProbe(STACK), (answers): StatusTable => {
      const answer = answers.get(lead.name);
      if (answer === undefined) return { title: `${title}: ${lead.name} was not reached`, columns, rows: [] };
      if ('unknown' in answer) return { title: `${title}: ${answer.unknown}`, columns, rows: [] };
      if (answer.value.size === 0) return { title: `${title}: not deployed`, columns, rows: [] };
      const rows = [...answer.value]
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([name, { fields, progress, tasks, lost, log }]) => [
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
      return { title, columns, rows };
    }),
  ];
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
