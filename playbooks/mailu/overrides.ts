import { type Finding, isReached, sh } from 'provision-swarm';
import type { Mailu, MailuCluster, Reached, ServiceName } from '../settings/mailu.ts';
import { shared } from './accounts-seen.ts';
import { servicesOf } from './deployed.ts';
import { listedServices } from './listed-services.ts';
import { STACK } from './service.ts';
import { mountsOf, namesIn } from './written.ts';

const TARGET = '/overrides';

/** What a service reads of its overrides by a name (core/dovecot/start.py, core/postfix/start.py, core/nginx/conf/nginx.conf). */
const READ: Partial<Record<ServiceName, RegExp>> = {
  imap: /^dovecot\.conf$/,
  smtp: /^(postfix\.(cf|master)|[^/]+\.map)$/,
  front: /^[^/]+\.conf$/,
};

/** Where a live service has its overrides from, and where it is to have them from. */
interface Moved {
  readonly name: ServiceName;
  readonly now: string;
  readonly wanted: string;
}

/**
 * Up to 1.7 all services had one directory of overrides, and the guide has it so; each has its own since. What is in another place than
 * the one that a service is to have would apply no more, without a word: restrictions and relays among it.
 */
export function inspectOverrides(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const { root } = cluster.others.storage;
  const reached = cluster.hosts.filter(isReached);
  const host = reached.find((each) => shared(each) !== undefined);
  if (host === undefined) return [];
  const files = shared(host)?.overrides ?? [];
  const old = `${root}${TARGET}`;
  return movedIn(mailu, cluster, reached).flatMap(({ name, now, wanted }): readonly Finding[] => {
    const service = `${STACK}_${name}`;
    if (!namesIn(reached, old).includes(now))
      return [
        {
          level: 'warn',
          code: 'overrides-elsewhere',
          message: `${service} has its overrides from ${now}, and a run gives it those in ${wanted}: what is only in ${now} applies no more`,
          fix: [`copy what is to go on applying to ${wanted} first`],
        },
      ];
    const folder = wanted.slice(old.length + 1);
    const left = files.filter(
      (file) => READ[name]?.test(file) === true && !files.includes(`${folder}/${file}`),
    );
    if (left.length === 0) return [];
    const from = left.map((file) => `${old}/${file}`);
    return [
      {
        level: 'refuse',
        code: 'overrides-elsewhere',
        host: host.name,
        message: `${service} reads ${from.join(', ')}, and a run gives it the overrides in ${wanted}, where ${left.length === 1 ? 'that is' : 'those are'} not: they would apply no more`,
        fix: [
          `copy ${left.length === 1 ? 'it' : 'them'} there, over nothing, and run again: ${host.onHost(sh`mkdir -p ${wanted} && cp -a -n ${from} ${`${wanted}/`}`.shown)}`,
          'or move what is to apply no more to another place',
        ],
      },
    ];
  });
}

function movedIn(mailu: Mailu, cluster: MailuCluster, reached: readonly Reached[]): readonly Moved[] {
  const live = new Map(listedServices(cluster).map((service) => [service.name, service]));
  return servicesOf(mailu).flatMap((name) => {
    const mounts = mountsOf(name, mailu, cluster.others.storage.root);
    const wanted = mounts.find(({ target }) => target === TARGET)?.source;
    const service = live.get(`${STACK}_${name}`);
    const now = [...(service?.keeps ?? []), ...(service?.reads ?? [])].find(
      ({ target }) => target === TARGET,
    );
    if (wanted === undefined || now === undefined || now.volume) return [];
    const names = namesIn(reached, wanted);
    return names.includes(now.source) || names.includes(now.path) ? [] : [{ name, now: now.source, wanted }];
  });
}
