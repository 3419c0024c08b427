import { MoreThanShown } from './failures.ts';
import type { Judged } from './judge.ts';
import { changeKey } from './plan.ts';

/** A plan that was agreed to holds: a run does less than it, never more. @throws MoreThanShown */
export function refuseMore(
  allowed: ReadonlySet<string> | undefined,
  host: string,
  work: readonly Judged[],
): void {
  if (allowed === undefined) return;
  const more = work.flatMap(({ resource, verdict }) =>
    verdict.state !== 'observed'
      ? []
      : verdict.changes
          .filter(({ field }) => !allowed.has(changeKey(host, resource.id, field)))
          .map(({ field }) => `${resource.id}: ${field}`),
  );
  if (more.length > 0) throw new MoreThanShown(more);
}
