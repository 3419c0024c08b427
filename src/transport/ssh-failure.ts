import { TransportError, type TransportFailure } from '../errors/index.ts';
import { quote } from '../shell/index.ts';
import { outOfDate } from './certificate.ts';
import type { Credentials } from './credentials.ts';
import type { NotIn } from './ssh-client.ts';

interface Tried {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Key files; the first of them is the one to bring over, where they were named. */
  readonly identities?: readonly string[];
  readonly identitiesFirst?: boolean;
  /** What was gone through before. */
  readonly jumps: readonly Pick<Tried, 'address' | 'port' | 'user'>[];
}

interface Told {
  readonly failure: TransportFailure;
  readonly message: string;
  readonly fix: readonly string[];
}

const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN']);

type Offers = Pick<Credentials, 'offered' | 'certificates'>;

/** Tells apart why a connection did not come about, after these were offered. */
export function connectFailure(notIn: NotIn, tried: Tried, offers: Offers): TransportError {
  const { failure, message, fix } = ofNetwork(notIn, tried) ??
    ofBeginning(notIn, tried) ??
    ofAccount(notIn, tried) ??
    ofLogin(notIn, tried, offers) ?? {
      failure: 'lost',
      message: `the connection to ${at(tried)} broke while it was made (${(notIn.error as Error).message})`,
      fix: ['run again'],
    };
  return new TransportError(failure, message, { cause: notIn.error, fix });
}

const at = ({ address, port }: Tried) => `${address}, port ${port}`;

function ofNetwork({ error }: NotIn, tried: Tried): Told | undefined {
  const { code, level } = error as { code?: string; level?: string };
  if (code === 'ECONNREFUSED')
    return {
      failure: 'refused',
      message: `nothing listens at ${at(tried)}`,
      fix: ['start sshd there, or correct the address and port in the inventory'],
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {
      failure: 'unreachable',
      message: `the name ${tried.address} has no address as far as this machine can tell (${code})`,
      fix: ['look at the name in the inventory, and whether this machine resolves names'],
    };
  if (code !== undefined && UNREACHABLE.has(code))
    return {
      failure: 'unreachable',
      message: `there is no way to ${at(tried)} (${code})`,
      fix: ['look at the address in the inventory, the machine and the network between'],
    };
  if (code === 'ETIMEDOUT' || level === 'client-timeout')
    return {
      failure: 'timeout',
      message: `${at(tried)} did not answer in time`,
      fix: ['look whether the machine runs and a firewall drops ssh; ssh.connectTimeout sets the limit'],
    };
  return undefined;
}

/** sshd closes a connection that it does not want before it says which versions it speaks (sshd.c, drop_connection). */
function ofBeginning({ error }: NotIn, tried: Tried): Told | undefined {
  if (!/before handshake/i.test((error as Error).message)) return undefined;
  return {
    failure: 'lost',
    message: `${at(tried)} hung up before anybody could log in`,
    fix: [
      'run again in a minute: sshd puts a machine off from which logins have failed (PerSourcePenalties), or of which there are too many at a time (MaxStartups). On the host its journal says which: journalctl -t sshd -n 20',
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
      message: `it said "${words}": it is still starting, and until then nobody but root may log in (pam_nologin(8))`,
      fix: ['wait until it has started, and run again'],
    };
  if (/account .*expired|expired account/i.test(words))
    return {
      failure: 'auth',
      message: `it said "${words}": the key of ${user} is right, and the account has expired`,
      fix: [`as root on the host: chage -E -1 ${quote(user)}`],
    };
  return {
    failure: 'auth',
    message: `it said "${words}", and hung up: it does not let ${user} in`,
    fix: [
      'look what it means on the host, as root: journalctl -t sshd -n 20; ls -l /etc/nologin /run/nologin',
    ],
  };
}

function ofLogin(
  { error, hungUp }: NotIn,
  tried: Tried,
  { offered, certificates }: Offers,
): Told | undefined {
  const { level, message } = error as { level?: string; message: string };
  const { user, address } = tried;
  const dates = datesOf(certificates);
  const what = `offered were ${offered.join(', ')}${dates.map((words) => `; ${words}`).join('')}`;
  const again =
    'have the key signed again by the authority, and put the new certificate in the place of the old one; if it should be valid now, look at the clock of this machine';
  if (/too many authentication failures/i.test(message))
    return {
      failure: 'auth',
      message: `${at(tried)} hung up after too many keys that it does not know for ${user} (MaxAuthTries in its sshd_config); ${what}`,
      fix: [
        ...(dates.length > 0 ? [again] : []),
        'name the key of this host, ssh.identity, and let ssh offer no other: IdentitiesOnly yes in ~/.ssh/config',
      ],
    };
  if (level === 'client-authentication')
    return {
      failure: 'auth',
      message: `${user} may not log in at ${at(tried)}; ${offered.length === 0 ? 'no key was offered: there is no agent, and no usable key in ~/.ssh' : what}`,
      fix: [
        ...(offered.length === 0 ? ['ssh-keygen -t ed25519'] : []),
        dates.length > 0
          ? again
          : `ssh-copy-id ${optionsOf(tried).map(quote).join(' ')} ${quote(`${user}@${address}`)}`,
      ],
    };
  if (hungUp)
    return {
      failure: 'auth',
      message: `${at(tried)} hung up before ${user} was let in, and said nothing`,
      fix: [
        'look why on the host: journalctl -t sshd -n 20. It may let in only some (AllowUsers, DenyUsers, AllowGroups in sshd_config; pam_access), or not so many at a time (MaxStartups)',
      ],
    };
  return undefined;
}

/** As ssh-copy-id(1) takes them. What is in ssh's own settings it finds itself. */
function optionsOf({ port, identities = [], identitiesFirst = false, jumps }: Tried): readonly string[] {
  const [key] = identitiesFirst ? identities : [];
  const through = jumps.map((jump) => `${jump.user}@${jump.address}:${jump.port}`);
  return [
    ...(key === undefined ? [] : ['-i', key]),
    '-p',
    String(port),
    ...(through.length === 0 ? [] : ['-o', `ProxyJump=${through.join(',')}`]),
  ];
}

/** A server says nothing of it: "Certificate invalid: expired" is in its own log alone (auth2-pubkey.c, user_cert_trusted_ca). */
function datesOf(certificates: Offers['certificates']): readonly string[] {
  const now = new Date();
  return certificates.flatMap(({ name, certificate }) => {
    const words = outOfDate(certificate, now);
    return words === undefined ? [] : [`${name} ${words}`];
  });
}
