import { type Finding, isReached, sh } from 'provision';
import { shared } from './accounts-seen.ts';
import type { Mailu, MailuCluster } from './settings.ts';

/**
 * Mailu looks for the DKIM key of a domain by the selector (DKIM_PATH, `/dkim/{domain}.{selector}.key`): with another one it signs
 * nothing, until there is a key by that name and its record is in DNS.
 */
export function inspectSelector(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const selector = mailu.variables.DKIM_SELECTOR ?? 'dkim';
  const { root } = cluster.others.storage;
  const wanted = `${mailu.domain}.${selector}.key`;
  const host = cluster.hosts
    .filter(isReached)
    .find((each) => shared(each)?.keys.some((name) => isOf(name, mailu.domain)));
  const keys = host === undefined ? [] : (shared(host)?.keys ?? []);
  const [other] = keys.filter((name) => isOf(name, mailu.domain));
  if (host === undefined || other === undefined || keys.includes(wanted)) return [];
  const old = other.slice(mailu.domain.length + 1, -'.key'.length);
  const copy = sh`cp -a -n -- ${`${root}/dkim/${other}`} ${`${root}/dkim/${wanted}`}`;
  return [
    {
      level: 'refuse',
      code: 'dkim-selector',
      host: host.name,
      message: `the DKIM key of ${mailu.domain} is ${root}/dkim/${other}, of the selector ${old}, and the inventory has the selector ${selector}: mail would go out unsigned`,
      fix: [
        `to keep it, ${old === 'dkim' ? 'take DKIM_SELECTOR out of mailu.variables' : `write mailu: { variables: { DKIM_SELECTOR: ${old} } }`}`,
        `to use the same key under the new selector: ${host.onHost(copy.shown)}; then bring the new record into your DNS (provision dns), and leave the old one for some days`,
      ],
    },
  ];
}

const isOf = (name: string, domain: string) =>
  name.startsWith(`${domain}.`) &&
  name.endsWith('.key') &&
  !name.slice(domain.length + 1, -'.key'.length).includes('.');
