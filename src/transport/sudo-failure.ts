import { inOneLine, TransportError } from '../errors/index.ts';
import type { Word } from './sudo-bootstrap.ts';
import { brokenSudo } from './sudo-broken.ts';

/** Why the login did not become root, by what the bootstrap said, with sudo's own words. */
export function sudoFailure(
  said: ReadonlyMap<Word, string>,
  host: string,
  hasPassword: boolean,
): TransportError | undefined {
  if (said.has('absent'))
    return new TransportError('sudo-refused', 'the login is not root and there is no sudo', {
      fix: [`log in as root, or install sudo on ${host}`],
    });
  const doas = said.get('doas');
  if (doas !== undefined)
    return new TransportError('sudo-refused', `${ofDoas(doas)}; there is no sudo`, {
      fix: [
        `install sudo on ${host} beside doas, with a rule for this login (NOPASSWD in sudoers, or a password as ssh.sudoPassword); or log in as root`,
      ],
    });
  const tty = said.get('tty');
  if (tty !== undefined)
    return new TransportError(
      'sudo-refused',
      `sudo said "${tty}": it wants a terminal, and a run has none (requiretty in sudoers)`,
      {
        fix: [
          'take requiretty out of sudoers for this login, with visudo on the host as root: Defaults:LOGIN !requiretty',
        ],
      },
    );
  if (said.has('password') && !hasPassword)
    return (
      brokenSudo(said.get('password') ?? '') ??
      new TransportError('sudo-password-missing', 'sudo asks for a password and the inventory has none', {
        fix: [
          'define a secret under `secrets:` and set `ssh.sudoPassword` to its name, or let the login use sudo without a password (NOPASSWD in sudoers)',
        ],
      })
    );
  if (said.has('nowhere'))
    return new TransportError(
      'sudo-refused',
      'there is no room for a file of a few kilobytes in /dev/shm, /tmp and /var/tmp',
      { fix: ['look with `df -h` and `df -i` on the host, and make room'] },
    );
  const refused = said.get('refused');
  if (refused === undefined) return undefined;
  return brokenSudo(refused) ?? refusedBy(refused);
}

/** What `doas -n` says is nothing where it lets the login become root (doas.c). */
function ofDoas(words: string): string {
  if (words === '')
    return 'the login is not root, and becomes it by doas without a password, which a run does not use';
  const means = /Authentication (required|failed)/i.test(words)
    ? ': it wants a password, and takes one from a terminal alone'
    : /not permitted/i.test(words)
      ? ': it does not let this login become root'
      : '';
  return `doas said "${words}"${means}`;
}

/** What sudo asks with (`%p`, sudo(8)) is whom it asks for the password of; sudo-rs leaves it as it is. */
function refusedBy(words: string): TransportError {
  const whose = /^(%p|[\w.@\\-]+): /.exec(words)?.[1];
  const rest = inOneLine(whose === undefined ? words : words.replaceAll(`${whose}:`, ' '));
  const told = rest === '' ? '' : `sudo said "${rest}": `;
  if (/not in the sudoers|may not run sudo|not allowed to (execute|run)/i.test(rest))
    return new TransportError(
      'sudo-refused',
      `${told}the password is right, and this login may not become root`,
      { fix: ['let it, in sudoers on the host: LOGIN ALL=(ALL) ALL; or log in as another, ssh.user'] },
    );
  if (whose === 'root')
    return new TransportError(
      'sudo-refused',
      `${told}it asks for the password of root and not of the login (rootpw or targetpw in sudoers), and does not take the one that it got`,
      {
        fix: [
          "write root's password into the secret that `ssh.sudoPassword` names, or take that setting out of sudoers",
        ],
      },
    );
  return new TransportError(
    'sudo-refused',
    `${told}sudo does not take the password, or does not let this login become root`,
    { fix: ['look at the value of `ssh.sudoPassword`, and on the host at: sudo -l'] },
  );
}
