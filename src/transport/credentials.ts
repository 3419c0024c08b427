import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import type { Secret } from '../shell/index.ts';
import { agentTrouble, isAgentAlive, keysOfAgent, offering } from './agent.ts';
import { type Passphrases, publicHalf, readIdentities, usual } from './identities.ts';

/** Who logs in, and with what. */
export interface Account {
  readonly user: string;
  /** Key files. Default: the usual ones in ~/.ssh that are there. */
  readonly identities?: readonly string[];
  /** Whether these files are offered before keys of the agent that are not among them. Default: false, as ssh does it. */
  readonly identitiesFirst?: boolean;
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
  /** Why the agent was of no use, once the login has failed. */
  readonly agentTrouble: () => string | undefined;
}

/**
 * What is offered to a server, in the order of ssh (sshconnect2.c, pubkey_prepare): named keys that the agent holds, the agent's others,
 * named files. A server hangs up after some tries (MaxAuthTries), so files that the inventory names go before the agent's others.
 *
 * @throws TransportError where a named key cannot be used.
 */
export async function credentialsOf(account: Account, passphrases: Passphrases): Promise<Credentials> {
  const { user: username, agent: socket, password } = account;
  const agent = socket !== undefined && (await isAgentAlive(socket)) ? socket : undefined;
  const files = (await readIdentities(account.identities, passphrases, agent)).map(
    ({ path, key, passphrase }) => ({
      name: path,
      method: {
        type: 'publickey' as const,
        username,
        key,
        ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
      },
    }),
  );
  const signing = { pending: 0, refused: 0 };
  const held = agent === undefined ? new Map<string, ParsedKey>() : await keysOfAgent(agent);
  const halves = await Promise.all((account.identities ?? usual()).map(publicHalf));
  const named = new Set(halves.filter((half) => half !== undefined && held.has(half)));
  const others = account.identitiesOnly === true ? [] : [...held.keys()].filter((key) => !named.has(key));
  const byAgent = async (texts: Iterable<string | undefined>) => {
    const keys = [...texts].flatMap((text) => held.get(text ?? '') ?? []);
    return agent === undefined || keys.length === 0
      ? []
      : [
          {
            name: 'the agent',
            method: { type: 'agent' as const, username, agent: await offering(agent, keys, signing) },
          },
        ];
  };
  const rest = await byAgent(others);
  const ways = [
    ...(await byAgent(named)),
    ...(account.identitiesFirst === true ? [...files, ...rest] : [...rest, ...files]),
  ];
  return {
    methods: [
      { type: 'none', username },
      ...ways.map(({ method }) => method),
      ...byPassword(username, password),
    ],
    offered: [...new Set(ways.map(({ name }) => name)), ...(password === undefined ? [] : ['a password'])],
    agentTrouble: () => agentTrouble(socket, agent !== undefined, held.size, signing),
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
