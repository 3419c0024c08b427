import { TransportError, type TransportFailure } from '../errors/index.ts';
import { quote } from '../shell/index.ts';
import type { NotIn } from './ssh-client.ts';

interface Tried {
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

type Fail = (failure: TransportFailure, text: string, ...fix: string[]) => TransportError;

const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN']);

/** Tells apart why a connection did not come about. `ways` are the agent and the keys that were offered. */
export function connectFailure(notIn: NotIn, tried: Tried, ways: readonly string[]): TransportError {
  const fail: Fail = (failure, text, ...fix) =>
    new TransportError(failure, text, { cause: notIn.error, fix });
  return (
    ofNetwork(notIn, tried, fail) ??
    ofAccount(notIn, tried, fail) ??
    ofLogin(notIn, tried, ways, fail) ??
    fail(
      'lost',
      `the connection to ${at(tried)} broke while it was made (${(notIn.error as Error).message})`,
      'run again',
    )
  );
}

const at = ({ address, port }: Tried) => `${address}, port ${port}`;

function ofNetwork({ error }: NotIn, tried: Tried, fail: Fail): TransportError | undefined {
  const { code, level } = error as { code?: string; level?: string };
  if (code === 'ECONNREFUSED')
    return fail(
      'refused',
      `nothing listens at ${at(tried)}`,
      'start sshd there, or correct the address and port in the inventory',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(
      'unreachable',
      `the name ${tried.address} has no address as far as this machine can tell (${code})`,
      'look at the name in the inventory, and whether this machine resolves names',
    );
  if (code !== undefined && UNREACHABLE.has(code))
    return fail(
      'unreachable',
      `there is no way to ${at(tried)} (${code})`,
      'look at the address in the inventory, the machine and the network between',
    );
  if (code === 'ETIMEDOUT' || level === 'client-timeout')
    return fail(
      'timeout',
      `${at(tried)} did not answer in time`,
      'look whether the machine runs and a firewall drops ssh; ssh.connectTimeout sets the limit',
    );
  return undefined;
}

/** sshd takes a key, asks PAM about the account, gives on what PAM says and hangs up (auth2.c, userauth_finish). */
function ofAccount({ said, hungUp }: NotIn, { user }: Tried, fail: Fail): TransportError | undefined {
  const words = said.replaceAll(/\s+/g, ' ').replaceAll(/^[\s"]+|[\s"]+$/g, '');
  if (!hungUp || words === '') return undefined;
  if (/system is booting up|unprivileged users are not permitted to log in yet/i.test(words))
    return fail(
      'booting',
      `it said "${words}": it is still starting, and until then nobody but root may log in (pam_nologin(8))`,
      'wait until it has started, and run again',
    );
  if (/account .*expired|expired account/i.test(words))
    return fail(
      'auth',
      `it said "${words}": the key of ${user} is right, and the account has expired`,
      `as root on the host: chage -E -1 ${quote(user)}`,
    );
  return fail(
    'auth',
    `it said "${words}", and hung up: it does not let ${user} in`,
    'look what it means on the host, as root: journalctl -t sshd -n 20; ls -l /etc/nologin /run/nologin',
  );
}

function ofLogin(
  { error, hungUp }: NotIn,
  tried: Tried,
  ways: readonly string[],
  fail: Fail,
): TransportError | undefined {
  const { level, message } = error as { level?: string; message: string };
  const { user, port, address } = tried;
  const offered = `offered were ${ways.join(', ')}`;
  if (/too many authentication failures/i.test(message))
    return fail(
      'auth',
      `${at(tried)} hung up after too many keys that it does not know for ${user} (MaxAuthTries in its sshd_config); ${offered}`,
      'name the key of this host, ssh.identity, and let ssh offer no other: IdentitiesOnly yes in ~/.ssh/config',
    );
  if (level === 'client-authentication' || level === 'agent')
    return fail(
      'auth',
      `${user} may not log in at ${at(tried)}; ${ways.length === 0 ? 'no key was offered: there is no agent, and no usable key in ~/.ssh' : offered}`,
      ...(ways.length === 0 ? ['ssh-keygen -t ed25519'] : []),
      `ssh-copy-id -p ${port} ${quote(`${user}@${address}`)}`,
    );
  if (hungUp)
    return fail(
      'auth',
      `${at(tried)} hung up before ${user} was let in, and said nothing`,
      'look why on the host: journalctl -t sshd -n 20. It may let in only some (AllowUsers, DenyUsers, AllowGroups in sshd_config; pam_access), or not so many at a time (MaxStartups)',
    );
  return undefined;
}
