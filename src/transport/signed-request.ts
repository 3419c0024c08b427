import type { BaseAgent, Client, ParsedKey } from 'ssh2';
import { wireString } from './wire.ts';

/** What is offered, and who signs for it with a whole signature (RFC 4253, 6.6). */
export interface Offered {
  /** What the request names. */
  readonly algorithm: string;
  readonly blob: Buffer;
  readonly sign: (data: Buffer) => Promise<Buffer>;
}

/** Insides of ssh2 1.17, which its types do not have (lib/protocol/zlib.js, PacketWriter). */
interface Writer {
  /** Where in a packet what is sent begins. */
  readonly allocStart: number;
  readonly alloc: (length: number) => Buffer;
  finalize: (packet: Buffer, ...more: unknown[]) => Buffer;
}

/**
 * An agent for ssh2 that offers this alone. Undefined where ssh2 is not as it is known here: then it can only offer plain keys.
 *
 * ssh2 writes one name into a request and into the signature in it (Protocol.authPK; mscdex/ssh2#551). For a certificate the signature
 * has to name the algorithm of its key, and that of a FIDO token has a counter behind it. So what ssh2 has made is exchanged on its way
 * out for the same request with the whole signature.
 */
export async function offeredTo({ algorithm, blob, sign }: Offered): Promise<OfferedTo> {
  const { BaseAgent, utils } = (await import('ssh2')).default;
  const key = standIn(utils.parseKey, algorithm, blob);
  return (client) => {
    if (key === undefined || writerOf(client) === undefined) return undefined;
    const agent = new (BaseAgent as unknown as new () => BaseAgent<ParsedKey>)();
    agent.getIdentities = (done) => done(undefined, [key]);
    agent.sign = (_key: ParsedKey, data: Buffer, ...more: unknown[]) => {
      const done = more.at(-1) as (error: Error | undefined, signature?: Buffer) => void;
      sign(data)
        .then((signature) => withSignature(writerOf(client), data, signature, () => done(undefined, NONE)))
        .catch((error: Error) => done(error));
    };
    return agent;
  };
}

/** What ssh2 puts into its packet: if that ever went out, no server would take it. */
const NONE = Buffer.alloc(0);

export type OfferedTo = (client: Client) => BaseAgent | undefined;

/** ssh2 takes only keys that it has parsed itself: one of those, with another name and content. */
function standIn(parse: ParseKey, algorithm: string, blob: Buffer): ParsedKey | undefined {
  const parsed = parse(Buffer.concat([wireString('ssh-ed25519'), wireString(Buffer.alloc(32))]));
  if (parsed instanceof Error || Array.isArray(parsed)) return undefined;
  const key = Object.create(parsed, { type: { value: algorithm }, getPublicSSH: { value: () => blob } });
  return parse(key) === key ? key : undefined;
}

type ParseKey = (data: Buffer) => ParsedKey | ParsedKey[] | Error;

function writerOf(client: Client): Writer | undefined {
  const { _protocol: protocol } = client as unknown as { _protocol?: { _packetRW?: { write?: Writer } } };
  const write = protocol?._packetRW?.write;
  const known =
    typeof write?.alloc === 'function' &&
    typeof write.finalize === 'function' &&
    Number.isInteger(write.allocStart);
  return known ? write : undefined;
}

/**
 * What is sent meanwhile for the request that was signed has this signature. `data`: the id of the session, and the request.
 * A packet that does not begin with that request goes out as it is.
 */
function withSignature(write: Writer | undefined, data: Buffer, signature: Buffer, send: () => void): void {
  if (write === undefined) {
    send();
    return;
  }
  const request = data.subarray(4 + data.readUInt32BE());
  const { finalize } = write;
  write.finalize = (packet, ...more) => {
    const begin = write.allocStart;
    if (!packet.subarray(begin, begin + request.length).equals(request))
      return finalize.call(write, packet, ...more);
    const payload = Buffer.concat([request, wireString(signature)]);
    const own = write.alloc(payload.length);
    own.set(payload, begin);
    return finalize.call(write, own, ...more);
  };
  try {
    send();
  } finally {
    write.finalize = finalize;
  }
}
