import type { AnyAuthMethod, BaseAgent, Client, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import { type Agent, asking } from './agent.ts';
import { signedBy } from './agent-protocol.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { signedWith } from './file-signature.ts';
import type { Identity } from './identities.ts';
import { isOfToken, textOf, typeOf } from './public-key.ts';
import { type Offered, offeredTo } from './signed-request.ts';

/** A public key or a certificate that a server is asked whether it takes. */
export interface Offer {
  /** As a person knows it. */
  readonly name: string;
  /** Type and text: what is offered once is not offered again. */
  readonly text: string;
  readonly certificate?: NamedCertificate;
  readonly way: Way;
}

/** How to log in on a connection. Undefined where that cannot be offered there. */
export type Way = (client: Client) => AnyAuthMethod | undefined;

export interface NamedCertificate {
  readonly name: string;
  readonly certificate: Certificate;
}

/** Who may have the key of a certificate. */
export interface Keys {
  readonly agent: Agent | undefined;
  readonly identities: readonly Identity[];
}

/** Of what an agent holds. */
export async function offerOfAgent(username: string, held: Agent, blob: Buffer): Promise<Offer> {
  const certificate = readCertificate(blob);
  const known = { name: 'the agent', text: textOf(blob) };
  const sign = (data: Buffer) => askedFor(held, blob, data);
  if (certificate !== undefined)
    return {
      ...known,
      certificate: { name: `the certificate "${certificate.id}" of the agent`, certificate },
      way: await wayOf(username, { algorithm: certificate.algorithm, blob, sign }),
    };
  if (isOfToken(blob))
    return { ...known, way: await wayOf(username, { algorithm: typeOf(blob), blob, sign }) };
  const agent = await plainAgent(held, blob);
  return { ...known, way: () => ({ type: 'agent', username, agent }) };
}

/** An agent that offers this key alone of those it holds. */
async function plainAgent(held: Agent, blob: Buffer): Promise<BaseAgent> {
  const { createAgent, utils } = (await import('ssh2')).default;
  const agent = createAgent(held.socket) as BaseAgent<ParsedKey>;
  const key = utils.parseKey(blob as never) as ParsedKey;
  agent.getIdentities = (done) => done(null, [key]);
  const sign = agent.sign.bind(agent) as (
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions,
    done: SignCallback,
  ) => void;
  agent.sign = (
    own: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    signed?: SignCallback,
  ) => {
    const asked = asking(held);
    sign(own, data, options as SigningRequestOptions, (error, signature) => {
      asked.done(error);
      signed?.(error, signature);
    });
  };
  return agent;
}

async function askedFor(held: Agent, blob: Buffer, data: Buffer): Promise<Buffer> {
  const asked = asking(held);
  try {
    const signature = await signedBy(held.socket, blob, data);
    asked.done();
    return signature;
  } catch (error) {
    asked.done(error);
    throw error;
  }
}

/** Of the private key in a file. */
export function offerOfKey(username: string, { path, key, half }: Identity): Offer {
  return { name: path, text: half, way: () => ({ type: 'publickey', username, key }) };
}

/** Of a certificate in a file. Undefined where nobody has its key. */
export async function offerOfCertificate(
  username: string,
  path: string,
  certificate: Certificate,
  keys: Keys,
): Promise<Offer | undefined> {
  const sign = signerFor(certificate, keys);
  if (sign === undefined) return undefined;
  const { algorithm, blob } = certificate;
  return {
    name: path,
    text: textOf(blob),
    certificate: { name: `the certificate ${path}`, certificate },
    way: await wayOf(username, { algorithm, blob, sign }),
  };
}

/** Who has the key of a certificate (sshconnect2.c, sign_and_send_pubkey). */
function signerFor({ key, blob }: Certificate, { agent, identities }: Keys): Offered['sign'] | undefined {
  const half = textOf(key);
  const held = agent?.held.get(half) ?? agent?.held.get(textOf(blob));
  if (agent !== undefined && held !== undefined) return (data) => askedFor(agent, held, data);
  const identity = identities.find((own) => own.half === half);
  return identity && (async (data) => signedWith(identity.key, data));
}

async function wayOf(username: string, offered: Offered): Promise<Way> {
  const to = await offeredTo(offered);
  return (client) => {
    const agent = to(client);
    return agent && { type: 'agent', username, agent };
  };
}
