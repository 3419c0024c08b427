import type { ConnectConfig } from 'ssh2';
import { TransportError } from '../errors/index.ts';

/** What both sides have to agree on (RFC 4253, 7.1): how ssh2 names it in what it says of a handshake, and sshd_config(5) as a setting. */
const PARTS: readonly {
  readonly said: RegExp;
  readonly debug: string;
  readonly name: string;
  readonly setting: string;
}[] = [
  { said: /key exchange/, debug: 'KEX method', name: 'key exchange', setting: 'KexAlgorithms' },
  {
    said: /host key format/,
    debug: 'Host key format',
    name: 'kind of host key',
    setting: 'HostKeyAlgorithms',
  },
  { said: /C->S cipher/, debug: 'C->S cipher', name: 'cipher', setting: 'Ciphers' },
  { said: /S->C cipher/, debug: 'S->C cipher', name: 'cipher', setting: 'Ciphers' },
  { said: /C->S MAC/, debug: 'C->S MAC', name: 'message authentication', setting: 'MACs' },
  { said: /S->C MAC/, debug: 'S->C MAC', name: 'message authentication', setting: 'MACs' },
];

/** Whether the two sides have nothing in common that both need. */
export const isMismatch = (error: unknown): boolean =>
  error instanceof Error && /no matching/i.test(error.message);

/** Asks again, and listens to what each side offers: ssh2 tells it only while it is made. */
export async function mismatch(
  error: Error,
  config: ConnectConfig,
  { address, port }: { readonly address: string; readonly port: number },
  signal: AbortSignal | undefined,
): Promise<TransportError> {
  const part = PARTS.find(({ said }) => said.test(error.message));
  const offers = part === undefined ? new Map() : await offersOf(config, part.debug, signal);
  const [theirs, ours] = [offers.get('remote'), offers.get('local')];
  const both =
    theirs === undefined || ours === undefined ? '' : `. It offers ${theirs}; here there are ${ours}`;
  return new TransportError(
    'algorithms',
    `${address}, port ${port} and this machine have no ${part?.name ?? 'algorithm'} in common${both}`,
    {
      cause: error,
      fix: [
        part?.setting === 'HostKeyAlgorithms'
          ? 'as root on the host, make the kinds of host key that are missing, and let sshd read them: ssh-keygen -A && systemctl reload ssh'
          : `let sshd of the host offer one of those as well: ${part?.setting ?? 'KexAlgorithms'} +${ours?.split(',')[0] ?? 'curve25519-sha256'} in its sshd_config`,
      ],
    },
  );
}

/** What is offered for a part, by side. */
async function offersOf(
  config: ConnectConfig,
  part: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const { Client } = (await import('ssh2')).default;
  const client = new Client();
  const found = new Map<string, string>();
  await new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('close', () => resolve());
    // The host may have been mended meanwhile.
    client.on('ready', () => resolve());
    signal?.addEventListener('abort', () => resolve());
    client.connect({
      ...config,
      hostVerifier: () => false,
      debug: (line) => {
        const [, side, name, list] = /\((local|remote)\) ([^:]+): (.*)$/.exec(line) ?? [];
        if (side !== undefined && name === part && list !== undefined) found.set(side, listed(list));
      },
    });
  });
  client.destroy();
  return found;
}

/** Without what is no algorithm: signs that a side understands an extension (RFC 8308, 2.1; OpenSSH's PROTOCOL, 1.10). */
function listed(list: string): string {
  const names = list
    .split(',')
    .filter((name) => !/^(ext-info-[cs]|kex-strict-[cs]-v00@openssh\.com)$/.test(name));
  return names.join(', ');
}
