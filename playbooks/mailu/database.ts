import { type Finding, isReached, Refusal } from 'provision-swarm';
import type { Mailu, MailuCluster } from '../settings/mailu.ts';
import { mailAway, notTheOnes, withoutMail } from './accounts-doubts.ts';
import { anotherHost, anotherPlace, insideContainer, severalPlaces } from './accounts-elsewhere.ts';
import { isAt, isOnSharedStorage } from './accounts-files.ts';
import { fileInUse, inUseElsewhere, otherServer } from './accounts-findings.ts';
import { mayBeSomewhere } from './accounts-lost.ts';
import { fileOf } from './accounts-places.ts';
import { isOf, look, type MailuHost, type Problem } from './accounts-seen.ts';
import { anotherMailu } from './another-mailu.ts';

/** Where Mailu's accounts are, by what the hosts show. */
export type DatabaseDecision =
  /** A server of its own has them. */
  | { readonly kind: 'server' }
  /** sqlite's file is on this host. It may not have been reached: then what runs says so. */
  | { readonly kind: 'here'; readonly host: MailuHost }
  /** There are none, and nothing suggests that there ever were: this host is to keep them. */
  | { readonly kind: 'made'; readonly host: MailuHost }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/**
 * Whoever runs Mailu's administration decides which accounts there are, so it runs where they are found. "Not where the
 * inventory has them", "silent" and "could not look" are never "there are none": an empty database is made only where nothing
 * suggests that there was another.
 */
export function decideDatabase(mailu: Mailu, cluster: MailuCluster): DatabaseDecision {
  const seen = look(cluster);
  const refused = (finding: Problem | undefined): DatabaseDecision | undefined =>
    finding && { kind: 'refused', findings: [{ level: 'refuse', ...finding }] };
  const away = refused(mailAway(seen));
  if (away !== undefined) return away;
  const moved = cluster.consents.has('database-moved');
  const other = moved ? undefined : otherServer(mailu, seen.service);
  if (other !== undefined) return refused(other) as DatabaseDecision;
  if (mailu.database.kind !== 'sqlite')
    return (
      (moved ? undefined : refused(fileInUse(seen) ?? withoutMail(seen, cluster.others.storage.kind))) ?? {
        kind: 'server',
      }
    );

  const { path, host: wanted } = mailu.database;
  const file = fileOf(path);
  const here = seen.files.filter((one) => isAt(one, file) && !isOnSharedStorage(one, seen.root));
  const elsewhere = seen.files.filter((one) => !here.includes(one));
  const places = [...here, ...elsewhere];
  const bound = seen.service?.node;
  const runs = bound === undefined ? undefined : seen.hosts.find((host) => isOf(host, bound));
  const inside = moved ? undefined : refused(insideContainer(mailu, seen));
  if (inside !== undefined) return inside;
  if (places.length > 1) return refused(severalPlaces(places, seen)) as DatabaseDecision;
  const [only] = places;
  if (only !== undefined) {
    const problem =
      here.length === 0
        ? ((moved ? undefined : notTheOnes(only, mailu, runs, seen)) ?? anotherPlace(only, mailu, seen))
        : wanted !== undefined && wanted !== only.host.name
          ? anotherHost(only, wanted)
          : moved
            ? undefined
            : (notTheOnes(only, mailu, runs, seen) ?? withoutMail(seen, cluster.others.storage.kind));
    return refused(problem) ?? { kind: 'here', host: only.host };
  }
  const unseen = moved ? undefined : refused(inUseElsewhere(mailu, runs, seen));
  if (unseen !== undefined) return unseen;
  // A host that is away is known by what runs there.
  if (runs !== undefined && !isReached(runs)) return { kind: 'here', host: runs };
  const first = seen.hosts.find((host) =>
    wanted === undefined ? host === (runs ?? host) : host.name === wanted,
  ) as MailuHost;
  const doubt =
    mayBeSomewhere(first, file, bound, seen) ??
    withoutMail(seen, cluster.others.storage.kind) ??
    (moved ? undefined : anotherMailu(cluster, path));
  return refused(doubt) ?? { kind: 'made', host: first };
}

/** The host that keeps sqlite's file, for stages. @throws Refusal where that is not clear. */
export function adminHostOf(mailu: Mailu, cluster: MailuCluster): MailuHost | undefined {
  const decision = decideDatabase(mailu, cluster);
  if (decision.kind === 'refused') throw Refusal.by(decision.findings);
  return decision.kind === 'server' ? undefined : decision.host;
}
