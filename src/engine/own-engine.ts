import { lines, raw } from '../shell/index.ts';

const OWN =
  'unset DOCKER_HOST DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION; export DOCKER_CONTEXT=default';

/**
 * Docker's command asks the engine of this host: whoever logs in there may have another one set, by a context or by variables, and
 * a run would look at that and change it (docker/cli, resolveContextName). What the variables said is kept for `READ_ENGINE`.
 */
export const OWN_ENGINE = lines([
  raw(`engine_set=\${DOCKER_HOST-}\${DOCKER_CONTEXT-}\${DOCKER_TLS-}\${DOCKER_TLS_VERIFY-}`),
  raw(OWN),
]);

/** Prints something where the login's own `docker` may ask another engine than the host's. Starts no program. */
export const READ_ENGINE = raw(`\
[ -z "$engine_set" ] || echo variable
while IFS= read -r line || [ -n "$line" ]; do
  case $line in *'"currentContext"'*) echo context ;; esac
done 2>/dev/null <"\${DOCKER_CONFIG:-\${HOME-}/.docker}/config.json"
:`);

/** A command for a person, with whose login Docker's command asks another engine: it asks the host's all the same. */
export function ofOwnEngine(command: string): string {
  return /\bdocker\s/.test(command) ? `${OWN}; ${command}` : command;
}
