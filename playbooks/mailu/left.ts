import { type Finding, isReached, type KeptPlace, type ServiceFact } from 'provision';
import { STACK } from './parts.ts';
import type { Surroundings } from './service.ts';
import { partOf } from './service-parts.ts';
import { servicesOf } from './services.ts';
import type { Mailu, MailuCluster, ServiceName } from './settings.ts';

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

/** What of the live stack's files is elsewhere than the inventory says: deployed so, mailboxes would be empty and keys gone. */
export function inspectMoved(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const { root } = cluster.others.storage;
  const live = new Map(liveServices(cluster).map((service) => [service.name, service]));
  return servicesOf(mailu).flatMap((name): readonly Finding[] =>
    wantedPlaces(name, mailu, root)
      // The accounts have rules of their own, and so has a queue that can be sent, after which its service was stopped.
      .filter(({ target }) => name !== 'admin' || mailu.database.kind !== 'sqlite' || target !== '/data')
      .filter(() => name !== 'smtp' || (live.get(SMTP)?.replicas !== 0 && !runs(cluster, SMTP)))
      .flatMap(({ source: wanted, target }) => {
        const now = live.get(`${STACK}_${name}`)?.keeps.find((place) => place.target === target);
        if (now === undefined || now.source === wanted || now.path === wanted) return [];
        return [elsewhere(mailu, name, now, wanted, root)];
      }),
  );
}

const SMTP = `${STACK}_smtp`;

const runs = ({ hosts }: MailuCluster, service: string) =>
  hosts.filter(isReached).some(({ facts }) => facts.containers.includes(service));

/** Directories that a service of ours writes. */
const wantedPlaces = (name: ServiceName, mailu: Mailu, root: string) =>
  partOf(name, mailu, { root } as Surroundings).mounts.filter(
    ({ type, readOnly }) => type === 'bind' && !readOnly,
  );

function elsewhere(mailu: Mailu, name: ServiceName, now: KeptPlace, wanted: string, root: string): Finding {
  const below = wanted.slice(root.length);
  const other = now.volume || !now.source.endsWith(below) ? undefined : now.source.slice(0, -below.length);
  const what = name === 'imap' ? `the mail of ${mailu.domain}` : `what ${name} has in ${now.target}`;
  return {
    level: 'refuse',
    code: 'mail-elsewhere',
    message: `${what} is in ${now.volume ? `the volume ${now.source} of Docker's` : now.source}, and the inventory says ${wanted}: ${name === 'imap' ? 'every mailbox would be empty' : `${name} would begin without it`}`,
    fix: [
      ...(other === undefined || other === '' ? [] : [`set storage.root to ${other}`]),
      `to move it, end the stack (provision remove-stack), copy ${now.volume ? `all that is in the volume, on the host that has it (docker volume inspect ${now.source} says where),` : `all of ${now.source}`} to ${wanted}, and run again`,
    ],
  };
}
