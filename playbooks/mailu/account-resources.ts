import { isReached, mailuAccounts, type Resource } from 'provision-swarm';
import type { Mailu, MailuCluster, Reached } from '../settings/mailu.ts';
import { ADMIN } from './accounts-places.ts';

/**
 * Mailu's accounts, through the host that runs admin. While none does, every host that might is looked at.
 */
export function accounts(mailu: Mailu, cluster: MailuCluster, host: Reached): readonly Resource[] {
  const reached = cluster.hosts.filter(isReached);
  const running = reached.filter(({ facts }) => facts.containers.includes(ADMIN));
  const places = running.length > 0 ? running : reached;
  if (!places.some(({ name }) => name === host.name)) return [];
  const { password, account } = mailu.admin;
  return [
    mailuAccounts({
      service: ADMIN,
      domain: mailu.domain,
      postmaster: mailu.postmaster,
      mailboxes:
        host.facts.mailData.shared.unknown === undefined ? [...host.facts.mailData.shared.mailboxes] : [],
      ...(password === undefined
        ? {}
        : {
            administrator: { localPart: account ?? mailu.postmaster, password: cluster.secret(password) },
          }),
    }),
  ];
}
