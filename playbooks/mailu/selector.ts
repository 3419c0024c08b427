import { asciiDomain, type Finding, isReached, mailuDomain, readKeyName, sh } from 'provision-swarm';
import type { Mailu, MailuCluster } from '../settings/mailu.ts';
import { look, shared } from './accounts-seen.ts';

/** A key that Mailu does not look for under its name, and the name that it looks for. */
interface Unread {
  readonly name: string;
  readonly domain: string;
  readonly selector: string;
  readonly wanted: string;
}

/**
 * Mailu looks for the DKIM key of a domain by the selector (DKIM_PATH, `/dkim/{domain}.{selector}.key`): with another one it signs
 * nothing, until there is a key by that name and its record is in DNS. All domains have the same selector.
 */
export function inspectSelector(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const selector = mailu.variables.DKIM_SELECTOR ?? 'dkim';
  const { root } = cluster.others.storage;
  const host = cluster.hosts.filter(isReached).find((each) => (shared(each)?.keys.length ?? 0) > 0);
  if (host === undefined) return [];
  const unread = unreadKeys(shared(host)?.keys ?? [], selector).toSorted((one) =>
    one.domain === asciiDomain(mailu.domain) ? -1 : 1,
  );
  const [first] = unread;
  if (first === undefined) return [];
  const path = (name: string) => `${root}/dkim/${name}`;
  const copies = unread.map(({ name, wanted }) => sh`cp -a -n -- ${path(name)} ${path(wanted)}`.shown);
  const keep =
    first.selector === 'dkim'
      ? 'take DKIM_SELECTOR out of mailu.variables'
      : `write mailu: { variables: { DKIM_SELECTOR: ${first.selector} } }`;
  // Mailu leaves the key of a domain that is gone: with the selector that it uses already, nothing changes for the others.
  const running = look(cluster).service?.environment;
  const changes =
    running === undefined ||
    (running.DKIM_SELECTOR ?? 'dkim') !== selector ||
    first.domain === asciiDomain(mailu.domain);
  return [
    {
      level: changes ? 'refuse' : 'warn',
      code: 'dkim-selector',
      host: host.name,
      message: `Mailu would not find the DKIM key of ${unread.map(({ domain, name, wanted }) => `${domain}, which is ${path(name)}, and is looked for as ${wanted}`).join('; of ')}: mail would go out unsigned`,
      fix: [
        ...(first.selector === selector ? [] : [`to keep the selector ${first.selector}: ${keep}`]),
        `to use the same ${copies.length === 1 ? 'key' : 'keys'} under the selector ${selector}, copy ${copies.length === 1 ? 'it' : 'them'}, bring the new records into your DNS (provision dns), and leave the old ones for some days: ${host.onHost(copies.join(' && '))}`,
      ],
    },
  ];
}

/** One key of each domain that has some, and none where Mailu looks. */
function unreadKeys(names: readonly string[], selector: string): readonly Unread[] {
  const found = new Map<string, Unread>();
  const end = `.${selector}.key`;
  for (const name of names) {
    // A selector may have dots: those of the inventory's are no part of a domain.
    const key = name.endsWith(end)
      ? { domain: asciiDomain(name.slice(0, -end.length)), selector }
      : readKeyName(name);
    if (key === undefined) continue;
    const wanted = `${mailuDomain(key.domain)}.${selector}.key`;
    if (!names.includes(wanted) && !found.has(key.domain)) found.set(key.domain, { name, wanted, ...key });
  }
  return [...found.values()];
}
