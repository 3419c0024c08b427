import { nested } from 'provision-swarm';
import type { MailuCluster } from '../settings/mailu.ts';
import { brickPathOf } from '../settings/storage.ts';

/** Why sqlite's file cannot be kept there beside this storage; `undefined` where it can. */
export function databasePathMistake(
  path: string,
  { others: { storage }, hosts }: MailuCluster,
): string | undefined {
  const { root, server } = storage;
  const shared = nested(path, root);
  if (shared === 'around')
    return `${path} is around ${root}, where the shared storage is mounted; use a directory beside it`;
  if (shared !== undefined)
    return `${path} is on the shared storage, and sqlite's locks do not hold there: its file gets corrupted; use a directory of the host's own, or use postgresql`;
  const serves = hosts.some(({ name, address }) => name === server || address === server);
  const place =
    storage.kind === 'glusterfs' ? brickPathOf(storage) : serves ? (storage.export ?? '/') : undefined;
  const kept = place === undefined ? undefined : nested(path, place);
  if (kept === undefined) return undefined;
  return `${path} is ${kept} ${place}, where the shared storage has its files: what others write there damages it; use a directory beside it`;
}
