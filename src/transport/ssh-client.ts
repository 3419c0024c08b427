import type { Client, ConnectConfig } from 'ssh2';

/** Why a server let nobody in. */
export interface NotIn {
  readonly error: unknown;
  /** What it said meanwhile (RFC 4252, 5.4): a notice for everybody, and what PAM says of the account. */
  readonly said: string;
  /** It hung up, and gave no reason of the protocol. */
  readonly hungUp: boolean;
}

/** A connection that somebody is logged in on, or why not. `begun` has it from its beginning. */
export async function logIn(
  config: ConnectConfig,
  begun: (client: Client) => void,
): Promise<{ readonly client: Client } | { readonly notIn: NotIn }> {
  const { Client } = (await import('ssh2')).default;
  const client = new Client();
  let said = '';
  const ended = new Promise<NotIn | undefined>((resolve) => {
    client.on('banner', (words) => {
      said += words;
    });
    // A key that an agent does not sign with is told so, and the login goes on with the next, as that of ssh does.
    client.on('error', (error) => error.level === 'agent' || resolve({ error, said, hungUp: false }));
    client.on('close', () => resolve({ error: new Error('the connection was closed'), said, hungUp: true }));
    client.on('ready', () => resolve(undefined));
  });
  begun(client);
  client.connect(config);
  const notIn = await ended;
  if (notIn === undefined) return { client };
  client.destroy();
  return { notIn };
}
