import { askDocker, ENGINE_PATIENCE, NO_MANAGER, NOT_INSTALLED, NOT_RUNNING } from '../../facts/index.ts';
import { type Output, type Probe, ProbeError, Unobservable } from '../../resource/index.ts';
import type { Script } from '../../shell/index.ts';

/** A probe of Docker; `parse` sees only answers of a running engine to a question that succeeded. */
export function dockerProbe<Have>(
  what: string,
  question: Script,
  parse: (stdout: string) => Have | Unobservable,
): Probe<Have> {
  return {
    script: askDocker(question),
    parse(output) {
      const silent = dockerSilence(output);
      if (silent !== undefined) return new Unobservable(silent);
      if (output.code === 124)
        throw new ProbeError(`docker did not answer within ${ENGINE_PATIENCE} s about ${what}`);
      if (output.code !== 0) throw new ProbeError(`could not ask docker about ${what}`, output);
      try {
        return parse(output.stdout);
      } catch (error) {
        if (error instanceof ProbeError) throw error;
        throw new ProbeError(`docker answered about ${what} in a way that we do not know (${String(error)})`);
      }
    },
  };
}

/** Why Docker could not be asked at all, where that is so. */
function dockerSilence(output: Output): string | undefined {
  if (output.code === NOT_INSTALLED) return 'Docker is not installed';
  if (output.code === NOT_RUNNING) return 'Docker is not running';
  return output.code === NO_MANAGER ? 'the host is not yet a manager of the swarm' : undefined;
}
