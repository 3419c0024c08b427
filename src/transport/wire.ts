/** A string of the protocol (RFC 4251, 5): its length, then itself. */
export function wireString(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Takes apart what the protocol has put together, one part after the other. @throws RangeError where it ends too early. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  number(): number {
    return this.#raw(4).readUInt32BE();
  }

  long(): bigint {
    return this.#raw(8).readBigUInt64BE();
  }

  string(): Buffer {
    return this.#raw(this.number());
  }

  #raw(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('it ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
