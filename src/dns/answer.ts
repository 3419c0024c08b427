import { decode } from 'dns-packet';

/** What a name server said, as far as it matters to whoever wants it validated. */
export interface DnsAnswer {
  /** `NOERROR`, `SERVFAIL`, `NXDOMAIN`, `REFUSED`… */
  readonly status: string;
  /** The `ad` flag: whoever answered has validated it. */
  readonly authentic: boolean;
  /** Types of the records that it holds: `DNSKEY`, `RRSIG`… */
  readonly types: ReadonlySet<string>;
}

/** Reads what `dns` printed. Absent where no answer came, or one that is none. */
export function readAnswer(hex: string): DnsAnswer | undefined {
  if (!/^([0-9a-f]{2}){12,}$/.test(hex)) return undefined;
  try {
    const packet = decode(Buffer.from(hex, 'hex')) as ReturnType<typeof decode> & {
      readonly rcode: string;
      readonly flag_ad: boolean;
    };
    if (packet.type !== 'response') return undefined;
    return {
      status: packet.rcode,
      authentic: packet.flag_ad,
      types: new Set((packet.answers ?? []).map(({ type }) => type)),
    };
  } catch {
    return undefined;
  }
}

/** Whether it brings the signatures that a validator needs. */
export function isSigned(answer: DnsAnswer | undefined): boolean {
  return answer?.status === 'NOERROR' && answer.types.has('DNSKEY') && answer.types.has('RRSIG');
}
