import { TransportError } from '../errors/index.ts';
import { quote } from '../shell/index.ts';

interface Tried {
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN']);

/** Tells apart why a connection did not come about. `ways` are the agent and the keys that were offered. */
export function connectFailure(
  error: unknown,
  { address, port, user }: Tried,
  ways: readonly string[],
): TransportError {
  const { code, level, message } = error as { code?: string; level?: string; message?: string };
  const at = `${address}, port ${port}`;
  const with_ = (failure: ConstructorParameters<typeof TransportError>[0], text: string, ...fix: string[]) =>
    new TransportError(failure, text, { cause: error, fix });
  if (code === 'ECONNREFUSED')
    return with_(
      'refused',
      `nothing listens at ${at}`,
      'start sshd there, or correct the address and port in the inventory',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return with_(
      'unreachable',
      `the name ${address} has no address as far as this machine can tell (${code})`,
      'look at the name in the inventory, and whether this machine resolves names',
    );
  if (code !== undefined && UNREACHABLE.has(code))
    return with_(
      'unreachable',
      `there is no way to ${at} (${code})`,
      'look at the address in the inventory, the machine and the network between',
    );
  if (code === 'ETIMEDOUT' || level === 'client-timeout')
    return with_(
      'timeout',
      `${at} did not answer in time`,
      'look whether the machine runs and a firewall drops ssh; ssh.connectTimeout sets the limit',
    );
  if (level === 'client-authentication' || level === 'agent')
    return with_(
      'auth',
      `${user} may not log in at ${at}; ${ways.length === 0 ? 'no key was offered: there is no agent, and no usable key in ~/.ssh' : `offered were ${ways.join(', ')}`}`,
      ...(ways.length === 0 ? ['ssh-keygen -t ed25519'] : []),
      `ssh-copy-id -p ${port} ${quote(`${user}@${address}`)}`,
    );
  return with_(
    'lost',
    `the connection to ${at} broke while it was made (${message ?? String(error)})`,
    'run again',
  );
}
