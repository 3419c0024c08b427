import { ProvisionError } from '../errors/index.ts';
import { couldNotLook, unseenOf } from './could-not-look.ts';
import { CouldNotLook, NotObservable } from './failures.ts';
import type { Judged } from './judge.ts';

/**
 * Why a resource cannot be made as it is wanted, once all that it waits for has been done. `onHost` makes the command that a person
 * pastes to run another on the resource's host.
 */
export function errorOf(
  { resource, verdict }: Judged,
  onHost: (command: string) => string,
): ProvisionError | undefined {
  switch (verdict.state) {
    case 'unobservable':
      return new NotObservable(resource.id, verdict.reason);
    case 'failed':
      return new CouldNotLook(resource.id, verdict.error);
    case 'refused': {
      const { refusal } = verdict;
      return new ProvisionError(refusal.message, { code: 'refused', fix: refusal.lines(onHost) });
    }
    default:
      return undefined;
  }
}

/** The same of all resources of a host: what could not be looked at for one reason is told once. */
export function errorsOf(
  all: readonly Judged[],
  onHost: (command: string) => string,
): readonly ProvisionError[] {
  const others = all.filter(({ verdict }) => verdict.state !== 'failed');
  return [...couldNotLook(unseenOf(all)), ...others.flatMap((one) => errorOf(one, onHost) ?? [])];
}
