import { type Finding, isReached, type ServiceFact } from 'provision';
import { STACK } from './parts.ts';
import type { Mailu, MailuCluster } from './settings.ts';

/** The services of the stack as the managers list them. */
export function liveServices({ hosts }: MailuCluster): readonly ServiceFact[] {
  const all = hosts.filter(isReached).flatMap(({ facts }) => facts.neighbours.services);
  return [...new Map(all.filter(({ stack }) => stack === STACK).map((each) => [each.name, each])).values()];
}

/** A stack that runs and that the inventory no longer says anything about: nothing looks after it. */
export function inspectLeft(cluster: MailuCluster): readonly Finding[] {
  const names = liveServices(cluster).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    {
      level: 'warn',
      code: 'stack-left',
      message: `the inventory has no section \`mailu\`, and the stack ${STACK} runs on (${names.toSorted().join(', ')}); a run does nothing to it, and does not look after it`,
      fix: [
        'write the section `mailu` again, or end the stack, which leaves mail and accounts where they are: provision remove-stack',
      ],
    },
  ];
}

/** Mail that the live stack has elsewhere than the inventory says: deployed so, every mailbox would be empty. */
export function inspectMoved(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const { root } = cluster.others.storage;
  const wanted = `${root}/mail`;
  const mail = liveServices(cluster)
    .filter(({ name }) => name === `${STACK}_imap`)
    .flatMap(({ mounts }) => mounts)
    .filter(({ source }) => source.endsWith('/mail'));
  if (mail.length === 0 || mail.some(({ source, path }) => source === wanted || path === wanted)) return [];
  const [{ source = '' } = {}] = mail;
  return [
    {
      level: 'refuse',
      code: 'mail-elsewhere',
      message: `the mail of ${mailu.domain} is in ${source}, and the inventory says ${wanted}: every mailbox would be empty`,
      fix: [
        `set storage.root to ${source.slice(0, -'/mail'.length)}`,
        `to move it, end the stack (provision remove-stack), copy all of ${source.slice(0, -'/mail'.length)} to ${root}, and run again`,
      ],
    },
  ];
}
