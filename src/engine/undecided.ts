import { Refusal, type Resource } from '../resource/index.ts';
import { sh } from '../shell/index.ts';

const UNDECIDED = 'stage';

/** Whether the reason is the stage's, and so the same on every host; else it is that of the host. */
export const isUndecided = ({ kind }: Resource): boolean => kind === UNDECIDED;

/**
 * Stands for the work of a stage that cannot know what it should do, by what the hosts say: it is refused when it is looked at.
 * Such a stage is not one without work.
 */
export function undecided(where: string, { message, fix }: Refusal): Resource {
  return {
    kind: UNDECIDED,
    key: where,
    id: `stage ${where}`,
    probe: sh`:`,
    isLike: () => false,
    refs: [],
    about: undefined,
    origin: undefined,
    endsMachine: false,
    judge() {
      throw new Refusal(message, fix);
    },
  };
}
