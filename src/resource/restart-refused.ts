import { type Fix, Refusal } from './refusal.ts';
import type { Resource } from './resource.ts';

/** The same resource, whose changes are refused where they would restart a unit of the host, or the host. */
export function refusingRestart(
  resource: Resource,
  unit: string,
  { message, fix }: { readonly message: string; readonly fix: readonly Fix[] },
): Resource {
  return {
    kind: resource.kind,
    key: resource.key,
    id: resource.id,
    probe: resource.probe,
    isLike: resource.isLike,
    refs: resource.refs,
    about: resource.about,
    endsMachine: resource.endsMachine,
    get origin() {
      return resource.origin;
    },
    judge(output, pending) {
      const judgement = resource.judge(output, pending);
      if (
        judgement.state === 'observed' &&
        judgement.restarts.some(({ name, here }) => here && (resource.endsMachine || name === unit))
      )
        throw new Refusal(message, fix);
      return judgement;
    },
  };
}
