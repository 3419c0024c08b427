import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { Dial } from './attempt.ts';
import { Dialogue } from './dialogue.ts';
import { NOBODY } from './identity.ts';
import { capabilities, command, isGood, reply, saying } from './smtp.ts';
import type { Service } from './want.ts';

/** What a port of a front says. */
export interface ServiceAnswer {
  /** The TCP port. */
  readonly port: number;
  /** What clients speak there. */
  readonly protocol: Service['protocol'];
  /** What it greets with; empty where nothing was said. */
  readonly banner: string;
  /** Who the certificate is of and until when; absent where it is not to encrypt. */
  readonly certificate: string | undefined;
  /** Why it does not serve as it should. */
  readonly problem: string | undefined;
}

const PATIENCE = 20_000;
/** Days before a certificate's end at which it is time to say so. */
const SOON = 14;

/**
 * What a port says, and which certificate it shows for `hostname`. Whether it takes logins where it should not is seen from what
 * EHLO lists: to try one would be counted (`relay.ts`).
 */
export async function askService(
  service: Service,
  hostname: string,
  dial: Dial,
  client = NOBODY,
): Promise<ServiceAnswer> {
  const { port, protocol, encryption, closed } = service;
  let banner = '';
  try {
    using dialogue = new Dialogue(await dial(port), PATIENCE);
    const servername = hostname;
    let secure = encryption === 'start' ? await dialogue.encrypt({ servername }) : undefined;
    banner = await greeting(dialogue, protocol, hostname);
    const asks = protocol === 'smtp' && encryption !== 'start';
    let offered = asks ? loginProblem(service, await capabilities(dialogue, client), false) : undefined;
    if (encryption === 'upgrade') {
      await upgrade(dialogue, protocol);
      secure = await dialogue.encrypt({ servername });
      if (asks) offered ??= loginProblem(service, await capabilities(dialogue, client), true);
    }
    if (secure === undefined) return { port, protocol, banner, certificate: undefined, problem: offered };
    const certificate = secure.getPeerCertificate();
    return {
      port,
      protocol,
      banner,
      certificate: describe(certificate),
      problem: offered ?? certificateProblem(secure, certificate),
    };
  } catch (error) {
    const { message } = error as Error;
    const problem = banner === '' && closed !== undefined ? `${message}; ${closed}` : message;
    return { port, protocol, banner, certificate: undefined, problem };
  }
}

/** Port 25 takes none (RFC 8314, 3.3), and no port takes a password in the clear that could have been encrypted (RFC 4954, 4). */
function loginProblem(
  { port, encryption }: Service,
  offers: readonly string[],
  encrypted: boolean,
): string | undefined {
  const auth = offers.find((line) => /^AUTH[ =]/i.test(line));
  if (auth === undefined) return undefined;
  if (port === 25) return `it takes logins (${auth}), which are for ports 465 and 587`;
  return encryption === 'upgrade' && !encrypted
    ? `it takes passwords in the clear: it offers ${auth} before STARTTLS`
    : undefined;
}

async function greeting(
  dialogue: Dialogue,
  protocol: Service['protocol'],
  hostname: string,
): Promise<string> {
  if (protocol === 'http') {
    dialogue.write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n`);
    return dialogue.line();
  }
  if (protocol === 'smtp') {
    const { code, text } = await reply(dialogue);
    if (code !== 220) throw new Error(`it greets with ${code} ${text}`);
    return text;
  }
  const line = await dialogue.line();
  if (protocol !== 'sieve') {
    const good = protocol === 'imap' ? /^\* OK/ : /^\+OK/;
    if (!good.test(line)) throw new Error(`it greets with ${line}`);
    return line;
  }
  for (let last = line; !/^OK/.test(last); ) last = await dialogue.line();
  return line;
}

/** Asks for encryption in the protocol's own words (RFC 3207, RFC 2595, RFC 5804). */
async function upgrade(dialogue: Dialogue, protocol: Service['protocol']): Promise<void> {
  const refuse = (said: string) => {
    throw new Error(`it does not encrypt: ${said}`);
  };
  if (protocol === 'smtp') {
    const said = await command(dialogue, 'STARTTLS');
    if (!isGood(said)) refuse(saying(said));
    return;
  }
  const [line, good] =
    protocol === 'imap'
      ? ['a STARTTLS', /^a OK/]
      : protocol === 'pop3'
        ? ['STLS', /^\+OK/]
        : (['STARTTLS', /^OK/] as const);
  dialogue.write(line);
  const said = await dialogue.line();
  if (!(good as RegExp).test(said)) refuse(said);
}

/** What OpenSSL's and Node's codes mean for whoever put the certificate there. */
const WORDS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'this machine does not know who signed it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'this machine does not know who signed it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'who signed it is not known here; if somebody known did, the certificate in between is missing: give the whole chain',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

function describe({ subject, valid_to }: PeerCertificate): string {
  const until = new Date(valid_to);
  const day = Number.isNaN(until.getTime()) ? valid_to : until.toISOString().slice(0, 10);
  return `${String(subject?.CN ?? 'no name')}, until ${day}`;
}

function certificateProblem(secure: TLSSocket, { valid_to }: PeerCertificate): string | undefined {
  if (!secure.authorized) {
    const code = String(secure.authorizationError);
    return `its certificate is not trusted: ${WORDS[code] ?? code}`;
  }
  const days = (Date.parse(valid_to) - Date.now()) / 86_400_000;
  return days < SOON ? `its certificate ends in ${Math.floor(days)} days` : undefined;
}
