import { ProvisionError } from '../errors/index.ts';
import { CouldNotLook, NotObservable } from './failures.ts';
import type { Judged } from './judge.ts';

/** Why a resource cannot be made as it is wanted, once all that it waits for has been done. */
export function troubleOf({ resource, verdict }: Judged): ProvisionError | undefined {
  switch (verdict.state) {
    case 'unobservable':
      return new NotObservable(resource.id, verdict.reason);
    case 'failed':
      return new CouldNotLook(resource.id, verdict.error);
    case 'refused': {
      const { message, fix } = verdict.refusal;
      return new ProvisionError(message, { code: 'refused', exit: 5, fix });
    }
    default:
      return undefined;
  }
}
