import type { AnyAuthMethod } from 'ssh2';
import type { Secret } from '../shell/index.ts';
import { type Agent, agentAt, agentTrouble } from './agent.ts';
import { beside, certificateIn } from './certificate.ts';
import { type Passphrases, publicHalf, readIdentities, usual } from './identities.ts';
import {
  type Keys,
  type NamedCertificate,
  type Offer,
  offerOfAgent,
  offerOfCertificate,
  offerOfKey,
  type Way,
} from './offers.ts';

/** Who logs in, and with what. */
export interface Account {
  readonly user: string;
  /** Key files. Default: the usual ones in ~/.ssh that are there. */
  readonly identities?: readonly string[];
  /** Files of certificates, instead of those that stand beside the key files. */
  readonly certificates?: readonly string[] | undefined;
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
  readonly ways: readonly Way[];
  /** What is offered, as a person knows it. */
  readonly offered: readonly string[];
  /** Those among it that a time is set to. */
  readonly certificates: readonly NamedCertificate[];
  /** Why the agent was of no use, once the login has failed. */
  readonly agentTrouble: () => string | undefined;
}

/**
 * What is offered to a server, in the order of ssh (sshconnect2.c, pubkey_prepare): certificates that are named as such, named keys
 * that the agent holds, the agent's others, named files, each before its certificate. A server hangs up after some tries
 * (MaxAuthTries), so files that the inventory names go before the agent's others. Since 10.5 ssh tries certificates of usual keys
 * and of the agent before any of these keys: as many tries, in another order.
 *
 * @throws TransportError where a named key cannot be used.
 */
export async function credentialsOf(account: Account, passphrases: Passphrases): Promise<Credentials> {
  const { user: username, password } = account;
  const agent = await agentAt(account.agent);
  const identities = await readIdentities(account.identities, passphrases, agent?.held);
  const { listed, files, named } = await inFiles(account, { agent, identities });
  const held = agent === undefined ? [] : await offersHeld(username, agent);
  const own = held.filter(({ text }) => named.has(text));
  const others = account.identitiesOnly === true ? [] : held.filter(({ text }) => !named.has(text));
  const rest = account.identitiesFirst === true ? [...files, ...others] : [...others, ...files];
  const offers = unlike([...listed, ...own, ...rest]);
  return {
    ways: [
      () => ({ type: 'none', username }),
      ...offers.map(({ way }) => way),
      ...byPassword(username, password).map((method) => () => method),
    ],
    offered: [...new Set(offers.map(({ name }) => name)), ...(password === undefined ? [] : ['a password'])],
    certificates: offers.flatMap(({ certificate }) => certificate ?? []),
    agentTrouble: () => agentTrouble(account.agent, agent),
  };
}

function offersHeld(username: string, agent: Agent): Promise<readonly Offer[]> {
  return Promise.all([...agent.held.values()].map((blob) => offerOfAgent(username, agent, blob)));
}

/** Certificates that are named as such; keys, each before the certificate beside it; and what the agent may hold of those, as texts. */
async function inFiles({ user, identities: paths = usual(), certificates }: Account, keys: Keys) {
  const ofCertificate = async (path: string) => {
    const certificate = await certificateIn(path);
    const offer = certificate && (await offerOfCertificate(user, path, certificate, keys));
    return offer === undefined ? [] : [offer];
  };
  const files = await Promise.all(
    paths.map(async (path) => {
      const identity = keys.identities.find((own) => own.path === path);
      return [
        ...(identity === undefined ? [] : [offerOfKey(user, identity)]),
        ...(certificates === undefined ? await ofCertificate(beside(path)) : []),
      ];
    }),
  );
  const listed = await Promise.all((certificates ?? []).map(ofCertificate));
  const halves = await Promise.all(paths.map(publicHalf));
  const texts = files.flat().map(({ text }) => text);
  return { listed: listed.flat(), files: files.flat(), named: new Set([...halves, ...texts]) };
}

/** Each once, where it comes first. */
function unlike(offers: readonly Offer[]): readonly Offer[] {
  const seen = new Set<string>();
  return offers.filter(({ text }) => !seen.has(text) && seen.add(text));
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
