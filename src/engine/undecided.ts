import { Refusal, type Resource } from '../resource/index.ts';
import { sh } from '../shell/index.ts';

/**
 * Stands for the work of a stage that cannot know what it should do, by what the hosts say: it is refused when it is looked at.
 * Such a stage is not one without work.
 */
export function undecided(where: string, { message, fix }: Refusal): Resource {
  return {
    kind: 'stage',
    key: where,
    id: `stage ${where}`,
    probe: sh`:`,
    origin: undefined,
    judge() {
      throw new Refusal(message, fix);
    },
  };
}
