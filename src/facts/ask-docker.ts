import { type Script, sh } from '../shell/index.ts';

/** Exit codes of our own, so that no message text is read. */
export const NOT_INSTALLED = 90;
export const NOT_RUNNING = 91;

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
