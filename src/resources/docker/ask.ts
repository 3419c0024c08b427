import { type Output, type Probe, ProbeError, Unobservable } from '../../resource/index.ts';
import { type Script, sh } from '../../shell/index.ts';

/** Exit codes of our own, so that no message text is read. */
const NOT_INSTALLED = 90;
const NOT_RUNNING = 91;

/**
 * Text that asks Docker. Docker's socket is not touched unless the service runs: systemd would start it, and a
 * plan would have changed the host.
 */
export function askDocker(question: Script): Script {
  return sh`
    command -v docker >/dev/null || exit ${NOT_INSTALLED}
    [ "$(systemctl is-active docker.service)" = active ] || exit ${NOT_RUNNING}
    docker() { timeout 30 docker "$@"; }
    ${question}`;
}

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
      if (output.code === 124) throw new ProbeError(`docker did not answer within 30 s about ${what}`);
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
  return output.code === NOT_RUNNING ? 'Docker is not running' : undefined;
}
