import type { AnyAuthMethod } from 'ssh2';
import type { Secret } from '../shell/index.ts';
import { isAgentAlive, type Passphrases, readIdentities } from './identities.ts';

/** Who logs in, and with what. */
export interface Account {
  readonly user: string;
  /** Key files, offered before the agent's. Default: the usual ones in ~/.ssh that are there, after the agent's. */
  readonly identities?: readonly string[];
  /** No other keys than the named ones, whatever the agent holds. Default: false. */
  readonly identitiesOnly?: boolean;
  /** Socket of an ssh-agent. */
  readonly agent?: string | undefined;
  /** Tried where no key is taken. */
  readonly password?: Secret | undefined;
}

export interface Credentials {
  /** In the order in which they are tried. */
  readonly methods: readonly AnyAuthMethod[];
  /** The same as a person knows them. */
  readonly offered: readonly string[];
}

/** What is offered to a server. @throws TransportError where a named key cannot be used. */
export async function credentialsOf(account: Account, passphrases: Passphrases): Promise<Credentials> {
  const { user: username, agent, password } = account;
  const alive = agent !== undefined && (await isAgentAlive(agent));
  const identities = await readIdentities(account.identities, passphrases, alive ? agent : undefined);
  const viaAgent =
    alive && (account.identitiesOnly !== true || identities.length < (account.identities?.length ?? 0));
  const byAgent = viaAgent ? [{ type: 'agent' as const, username, agent }] : [];
  const byKey = identities.map(({ key, passphrase }) => ({
    type: 'publickey' as const,
    username,
    key,
    ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
  }));
  return {
    // A server hangs up after some tries (MaxAuthTries), and an agent may hold many keys: named ones go first.
    methods: [
      { type: 'none', username },
      ...(account.identities === undefined ? [...byAgent, ...byKey] : [...byKey, ...byAgent]),
      ...byPassword(username, password),
    ],
    offered: [
      ...(viaAgent ? ['the agent'] : []),
      ...identities.map(({ path }) => path),
      ...(password === undefined ? [] : ['a password']),
    ],
  };
}

/** Servers take a password in either way, by their settings. */
function byPassword(username: string, password: Secret | undefined): readonly AnyAuthMethod[] {
  if (password === undefined) return [];
  const answer = password.reveal();
  return [
    { type: 'password', username, password: answer },
    {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => answer)),
    },
  ];
}
