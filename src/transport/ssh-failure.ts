import { TransportError, type TransportFailure } from '../errors/index.ts';
import { quote } from '../shell/index.ts';
import { NO_AGENT } from './agent.ts';
import { outOfDate } from './certificate.ts';
import type { Credentials } from './credentials.ts';
import type { NotIn } from './ssh-client.ts';

interface Tried {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** What was gone through before. */
  readonly jumps: readonly Pick<Tried, 'address' | 'port' | 'user'>[];
}

interface Told {
  readonly failure: TransportFailure;
  readonly message: string;
  readonly fix: readonly string[];
}

const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN']);

const SIGN_AGAIN =
  'have the authority sign the key again, and replace the certificate; if it should be valid now, check the clock of this machine';

/** What a login came to before it failed. */
export interface Ways extends Pick<Credentials, 'offered' | 'certificates'> {
  /** What the server says that it would go on with (RFC 4252, 5.1). */
  readonly takes?: readonly string[] | undefined;
  /** Something of what was offered was right, and more is wanted. */
  readonly partly?: boolean;
  /** Why the agent was of no use. */
  readonly agent?: string | undefined;
}

/** Tells apart why a connection did not come about. */
export function connectFailure(notIn: NotIn, tried: Tried, ways: Ways): TransportError {
  const { failure, message, fix } = ofAgent(notIn, ways) ??
    ofNetwork(notIn, tried) ??
    ofBeginning(notIn, tried) ??
    ofAccount(notIn, tried) ??
    ofLogin(notIn, tried, ways) ?? {
      failure: 'lost',
      message: `the connection to ${at(tried)} broke while it was made (${(notIn.error as Error).message})`,
      fix: ['run again'],
    };
  return new TransportError(failure, message, { cause: notIn.error, fix });
}

const at = ({ address, port }: Tried) => `${address}, port ${port}`;

/** A login that waits for a person at the agent looks like a server that does not answer. */
function ofAgent({ error }: NotIn, { agent }: Ways): Told | undefined {
  const { level } = error as { level?: string };
  if (level !== 'client-timeout' || agent === undefined || !agent.includes('asked to sign')) return undefined;
  return {
    failure: 'auth',
    message: agent,
    fix: [
      'confirm it where the agent asks, in a window or by touching the key; ssh.connectTimeout sets how long it may take',
    ],
  };
}

function ofNetwork({ error }: NotIn, tried: Tried): Told | undefined {
  const { code, level } = error as { code?: string; level?: string };
  if (code === 'ECONNREFUSED')
    return {
      failure: 'not-listening',
      message: `nothing listens at ${at(tried)}`,
      fix: ['start sshd there, or correct the address and port in the inventory'],
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {
      failure: 'unreachable',
      message: `this machine cannot resolve the name ${tried.address} (${code})`,
      fix: ['check the name in the inventory, and the DNS of this machine'],
    };
  if (code !== undefined && UNREACHABLE.has(code))
    return {
      failure: 'unreachable',
      message: `no route to ${at(tried)} (${code})`,
      fix: ['check the address in the inventory, the machine, and the network between'],
    };
  if (code === 'ETIMEDOUT' || level === 'client-timeout')
    return {
      failure: 'timeout',
      message: `${at(tried)} did not answer in time`,
      fix: ['check that the machine runs and that no firewall drops ssh; ssh.connectTimeout sets the limit'],
    };
  return undefined;
}

/** sshd closes a connection that it does not want before it says which versions it speaks (sshd.c, drop_connection). */
function ofBeginning({ error }: NotIn, tried: Tried): Told | undefined {
  if (!/before handshake/i.test((error as Error).message)) return undefined;
  return {
    failure: 'lost',
    message: `${at(tried)} closed the connection before anybody could log in`,
    fix: [
      'run again in a minute: sshd refuses a machine for a while after failed logins (PerSourcePenalties), or while too many logins are open (MaxStartups). Its journal on the host says which: journalctl -t sshd -n 20',
    ],
  };
}

/** sshd takes a key, asks PAM about the account, gives on what PAM says and hangs up (auth2.c, userauth_finish). */
function ofAccount({ said, hungUp }: NotIn, { user }: Tried): Told | undefined {
  const words = said.replaceAll(/\s+/g, ' ').replaceAll(/^[\s"]+|[\s"]+$/g, '');
  if (!hungUp || words === '') return undefined;
  if (/system is booting up|unprivileged users are not permitted to log in yet/i.test(words))
    return {
      failure: 'booting',
      message: `it said "${words}": it is still starting, and until then only root can log in (pam_nologin(8))`,
      fix: ['wait until it has started, and run again'],
    };
  if (/account .*expired|expired account/i.test(words))
    return {
      failure: 'auth',
      message: `it said "${words}": the key of ${user} is right, but the account has expired`,
      fix: [`as root on the host: chage -E -1 ${quote(user)}`],
    };
  return {
    failure: 'auth',
    message: `it said "${words}" and closed the connection: it does not let ${user} in`,
    fix: [
      'see what it means on the host, as root: journalctl -t sshd -n 20; ls -l /etc/nologin /run/nologin',
    ],
  };
}

function ofLogin({ error, hungUp }: NotIn, tried: Tried, ways: Ways): Told | undefined {
  const { level, message } = error as { level?: string; message: string };
  const { user } = tried;
  if (/too many authentication failures/i.test(message))
    return {
      failure: 'auth',
      message: `${at(tried)} closed the connection after too many keys that it does not accept for ${user} (MaxAuthTries in its sshd_config); ${whatOf(ways)}`,
      fix: [
        ...(datesOf(ways).length > 0 ? [SIGN_AGAIN] : []),
        'set ssh.identity to the key of this host, and let ssh offer no other: IdentitiesOnly yes in ~/.ssh/config',
      ],
    };
  if (level === 'client-authentication') return notTaken(tried, ways);
  if (hungUp)
    return {
      failure: 'auth',
      message: `${at(tried)} closed the connection during the login of ${user}, and gave no reason`,
      fix: [
        'see why on the host: journalctl -t sshd -n 20. It may let in only some users (AllowUsers, DenyUsers, AllowGroups, PermitRootLogin in sshd_config; pam_access), or only some logins at a time (MaxStartups)',
      ],
    };
  return undefined;
}

/** Nothing of what was offered was enough. */
function notTaken(tried: Tried, ways: Ways): Told {
  const { offered, takes = [], partly = false, agent } = ways;
  const { user, address } = tried;
  const list = takes.filter((way) => way !== 'none').join(', ');
  if (partly)
    return {
      failure: 'auth',
      message: `${at(tried)} accepts what ${user} offers (${offered.join(', ')}), but requires more: ${list} (AuthenticationMethods in its sshd_config)`,
      fix: [
        'if it requires a password, define a secret under `secrets:` and set `ssh.password` to its name. A run cannot give a code that changes each time: log in as a user who needs only a key',
      ],
    };
  const tellsAll = list === '' ? '' : `; it accepts ${list}`;
  const none = `no key was offered: ${agent ?? 'the agent has none'}, and there is no usable key in ~/.ssh`;
  const words = offered.length === 0 ? none : whatOf(ways);
  const why = offered.length === 0 || agent === undefined || agent === NO_AGENT ? '' : `; ${agent}`;
  const message = `${user} cannot log in at ${at(tried)}${tellsAll}; ${words}${why}`;
  if (datesOf(ways).length > 0) return { failure: 'auth', message, fix: [SIGN_AGAIN] };
  if (takes.length > 0 && !takes.includes('publickey'))
    return {
      failure: 'auth',
      message,
      fix: [
        'define a secret under `secrets:` and set `ssh.password` to its name; or let the host take keys: PubkeyAuthentication yes in its sshd_config',
      ],
    };
  const copy = `ssh-copy-id ${copying(tried, offered).map(quote).join(' ')} ${quote(`${user}@${address}`)}`;
  const byPassword = takes.length === 0 || takes.some((way) => way !== 'publickey');
  return {
    failure: 'auth',
    message,
    fix: [
      ...(offered.length === 0 ? ['ssh-keygen -t ed25519'] : []),
      ...(byPassword
        ? [copy]
        : [
            `from its console, or by another login, add the line of the key's .pub file to ~${user}/.ssh/authorized_keys there; or set ssh.user to a user who can log in`,
          ]),
      'if the key is there already, see on the host why sshd refuses it: journalctl -t sshd -n 20',
    ],
  };
}

/** Options of ssh-copy-id(1). What is in ssh's own settings it finds itself. */
function copying({ port, jumps }: Tried, offered: readonly string[]): readonly string[] {
  const key = offered.find((way) => way.includes('/') && !way.endsWith('-cert.pub'));
  const through = jumps.map((jump) => `${jump.user}@${jump.address}:${jump.port}`);
  return [
    ...(key === undefined ? [] : ['-i', key]),
    '-p',
    String(port),
    ...(through.length === 0 ? [] : ['-o', `ProxyJump=${through.join(',')}`]),
  ];
}

function whatOf(ways: Ways): string {
  const dates = datesOf(ways).map((words) => `; ${words}`);
  return `tried ${ways.offered.join(', ')}${dates.join('')}`;
}

/** A server says nothing of it: "Certificate invalid: expired" is in its own log alone (auth2-pubkey.c, user_cert_trusted_ca). */
function datesOf({ certificates }: Ways): readonly string[] {
  const now = new Date();
  return certificates.flatMap(({ name, certificate }) => {
    const words = outOfDate(certificate, now);
    return words === undefined ? [] : [`${name} ${words}`];
  });
}
