import { inOneLine, itSaid, TransportError } from '../errors/index.ts';

/** Characters of what a host says that are repeated. */
const LONGEST = 300;

/**
 * A host that took the login, and ran something of its own instead of what was sent: a forced command, as images of clouds put before
 * root's key (`no-port-forwarding,…,command="echo 'Please login as the user …'"`), or a login shell that is none (nologin(8)).
 */
export function noShell({
  code,
  stdout,
  stderr,
}: {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}): TransportError {
  const words = inOneLine(`${stdout}\n${stderr}`);
  const said = words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
  const [, other] = /log ?in as the user "?([\w.-]*\w)/i.exec(words) ?? [];
  return new TransportError(
    'no-shell',
    `${itSaid(said)}, and ended with exit code ${code}: it accepts the login, but does not run commands`,
    {
      fix: [
        /password.*(expired|change)|change your password/i.test(words)
          ? 'Log in there by hand once, and set a new password. Or give it more time: chage -d "$(date +%F)" LOGIN, as root on the host.'
          : other === undefined
            ? 'Set ssh.user of this host to a user who has a shell (getent passwd there shows it) and, unless it is root, may use sudo. If the user has a shell, see what its start files do (.bashrc, .profile): they must not end it, or start another program in its place.'
            : `Set ssh.user of this host to ${other}.`,
      ],
    },
  );
}
