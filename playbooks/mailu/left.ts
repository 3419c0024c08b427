import { type Finding, isReached, type KeptPlace, sh } from 'provision-swarm';
import {
  type Mailu,
  type MailuCluster,
  type Reached,
  SERVICES,
  type ServiceName,
} from '../settings/mailu.ts';
import { bringBack, namesOf, unlistedNodes } from './accounts-seen.ts';
import { askedManager } from './asked-hosts.ts';
import { servicesOf } from './deployed.ts';
import { fleetingFiles, fleetingText, isRemade, unasked, withUnseenFiles } from './fleeting.ts';
import { heldElsewhere, inspectHeld } from './held.ts';
import { listedServices } from './listed-services.ts';
import { SMTP } from './queue.ts';
import { STACK } from './service.ts';
import { namesIn, wantedPlaces } from './written.ts';

/** A stack that runs and that the inventory no longer says anything about: nothing looks after it. */
export function inspectLeft(cluster: MailuCluster): readonly Finding[] {
  const names = listedServices(cluster).map(({ name }) => name);
  if (names.length === 0) return [];
  const fleeting = fleetingFiles(cluster).map(fleetingText);
  return [
    {
      level: 'warn',
      code: 'stack-left',
      message: `the inventory has no section \`mailu\`, and the stack ${STACK} runs on (${names.toSorted().join(', ')}); a run does nothing to it, and does not look after it${fleeting.length === 0 ? '' : `. What only its containers have is lost with them: ${fleeting.join(', ')}`}`,
      fix: [
        fleeting.length === 0
          ? 'write the section `mailu` again, or end the stack, which leaves mail and accounts where they are: provision remove-stack'
          : 'write the section `mailu` again: a plan says how these files are copied',
      ],
    },
  ];
}

/** A service of ours that the inventory no longer has is ended by a run, and Docker removes what its containers alone have. */
export function inspectEnding(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const ending = SERVICES.filter((name) => !servicesOf(mailu).includes(name));
  const fleeting = fleetingFiles(cluster);
  return ending.flatMap((name): readonly Finding[] => {
    const service = `${STACK}_${name}`;
    const lost = fleeting.filter(({ container }) => container.service === service);
    const [first] = lost;
    if (first === undefined) return [];
    return [
      {
        level: 'refuse',
        code: 'files-go-with-service',
        message: `the inventory has no ${name}, so a run would end the service, and what only its containers have would be lost with them: ${lost.map(fleetingText).join(', ')}`,
        fix: [
          `to keep them: write ${name} into the section \`mailu\`, as the stack has it, and run again: it says how they are copied`,
          `if they are copied, or nobody needs them, end the service with all that its containers have: ${(askedManager(cluster) ?? first.host).onHost(sh`docker service rm ${service}`.shown)}`,
        ],
      },
    ];
  });
}

/** What has to be copied before a service is changed is not known where its container was not seen. */
export function inspectUnseen(cluster: MailuCluster): readonly Finding[] {
  const names = withUnseenFiles(cluster);
  if (names.length === 0) return [];
  const silent = unasked(cluster).filter((host) => !isReached(host));
  const stopped = unasked(cluster).filter(isReached);
  const unlisted = unlistedNodes(cluster.hosts);
  const why = [
    ...(silent.length === 0 ? [] : [`${namesOf(silent)} did not answer`]),
    ...(stopped.length === 0 ? [] : [`Docker does not run on ${namesOf(stopped)}`]),
    ...(unlisted.length === 0
      ? []
      : [`${unlisted.join(', ')} of the swarm ${unlisted.length === 1 ? 'is' : 'are'} not in the inventory`]),
  ];
  return [
    {
      level: 'refuse',
      code: 'containers-not-seen',
      message: `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} files in containers alone, and ${why.join(', and ')}: Docker removes such a container, and what it has, once its service is changed or ended`,
      fix: [
        ...(silent.length === 0 ? [] : [bringBack(silent)]),
        ...stopped.map((host) => `start its Docker, and run again: ${host.onHost('systemctl start docker')}`),
        ...(unlisted.length === 0
          ? []
          : [`write ${unlisted.join(' and ')} into the inventory, and run again`]),
      ],
    },
  ];
}

/** What of the live stack's files is elsewhere than the inventory says: deployed so, mailboxes would be empty and keys gone. */
export function inspectMoved(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const { root } = cluster.others.storage;
  const live = new Map(listedServices(cluster).map((service) => [service.name, service]));
  const held = heldElsewhere(mailu, cluster);
  const reached = cluster.hosts.filter(isReached);
  const moved = servicesOf(mailu).flatMap((name): readonly Moved[] =>
    wantedPlaces(name, mailu, root)
      // The accounts have rules of their own, and so has a queue that can be sent, after which its service was stopped.
      .filter(({ target }) => name !== 'admin' || target !== '/data')
      .filter(() => name !== 'smtp' || (live.get(SMTP)?.replicas !== 0 && !runs(cluster, SMTP)))
      .flatMap(({ source: wanted, target }) => {
        const service = live.get(`${STACK}_${name}`);
        const now = service?.keeps.find((place) => place.target === target);
        if (name === 'fetchmail' && isRemade(name, service?.image ?? '')) return [];
        const names = namesIn(reached, wanted);
        if (now === undefined || names.includes(now.source) || names.includes(now.path)) return [];
        if (now.volume && (now.source === '' || namesVolume(reached, now.source, names))) return [];
        // What its containers have says more.
        if (now.volume && held.some((each) => each.name === name && each.target === target)) return [];
        const below = wanted.slice(root.length);
        const other = now.volume || !now.source.endsWith(below) ? '' : now.source.slice(0, -below.length);
        return [{ name, now, wanted, other }];
      }),
  );
  const others = [...new Set(moved.map(({ other }) => other))].filter((other) => other !== '');
  return [
    ...others.map((other) =>
      otherRoot(
        mailu,
        moved.filter((each) => each.other === other),
        other,
        root,
      ),
    ),
    ...moved
      .filter(({ other }) => other === '')
      .map((each) =>
        each.name === 'fetchmail' ? listElsewhere(each, askedManager(cluster)) : elsewhere(mailu, each),
      ),
    ...inspectHeld(mailu, cluster),
  ];
}

/** The code of a finding that says that everything is below another root. */
export const OTHER_ROOT = 'root-elsewhere';

interface Moved {
  readonly name: ServiceName;
  readonly now: KeptPlace;
  readonly wanted: string;
  /** The root that the stack was deployed with, where that is what differs. */
  readonly other: string;
}

/** All that is elsewhere for one reason is told once. */
function otherRoot(mailu: Mailu, moved: readonly Moved[], other: string, root: string): Finding {
  const names = moved.map(({ name }) => name);
  return {
    level: 'refuse',
    code: OTHER_ROOT,
    message: `the stack has its files below ${other} (${names.join(', ')}), and the inventory says ${root}: ${names.includes('imap') ? `every mailbox of ${mailu.domain} would be empty` : 'these services would begin without them'}`,
    fix: [
      `set storage.root to ${other}`,
      `to move them, end the stack (provision remove-stack), copy all of ${other} to ${root}, and run again`,
    ],
  };
}

const runs = ({ hosts }: MailuCluster, service: string) =>
  hosts.filter(isReached).some(({ facts }) => facts.containers.includes(service));

/** A volume that its driver makes of a directory, which is one of these. */
const namesVolume = (hosts: readonly Reached[], volume: string, names: readonly string[]) =>
  hosts.some(({ facts }) =>
    facts.neighbours.containers.some(({ keeps }) =>
      keeps.some((kept) => kept.volume && kept.source === volume && names.includes(kept.path)),
    ),
  );

function elsewhere(mailu: Mailu, { name, now, wanted }: Moved): Finding {
  const what = name === 'imap' ? `the mail of ${mailu.domain}` : `what ${name} has in ${now.target}`;
  return {
    level: 'refuse',
    code: 'mail-elsewhere',
    message: `${what} is in ${now.volume ? `the volume ${now.source} of Docker's` : now.source}, and the inventory says ${wanted}: ${name === 'imap' ? 'every mailbox would be empty' : `${name} would begin without it`}`,
    fix: [
      `to move it, end the stack (provision remove-stack), copy ${now.volume ? `all that is in the volume, on the host that has it (docker volume inspect ${now.source} says where; what is made of a device has to be mounted by hand first),` : `all of ${now.source}`} to ${wanted}, and run again`,
    ],
  };
}

/**
 * What fetchmail has brought. Mailu's stack files of 1.8 gave it the accounts' directory; who kept that line has the list beside the
 * accounts, which must not be copied with it.
 */
function listElsewhere({ now, wanted }: Moved, lead: ReturnType<typeof askedManager>): Finding {
  const at = (command: string) => lead?.onHost(command) ?? command;
  const from = now.volume ? `the volume ${now.source}` : now.source;
  const mount = `type=bind,source=${wanted},target=${now.target}`;
  return {
    level: 'refuse',
    code: 'mail-elsewhere',
    message: `the list of what fetchmail has brought is in ${from}, and the inventory says ${wanted}: without it, all that people leave at their provider would come once more`,
    fix: [
      `end it: ${at(sh`docker service scale ${SERVICE}=0`.shown)}`,
      `copy the file fetchids, and nothing else, from ${from} to ${wanted}, on a host that has both; if there is no such file, there is nothing to copy`,
      `have it write there, and run again: ${at(sh`docker service update --mount-add ${mount} ${SERVICE}`.shown)}`,
    ],
  };
}

const SERVICE = `${STACK}_fetchmail`;
