import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

/** The other side says nothing, and goes on holding the line. */
export class Silence extends Error {}

/** A connection that speaks in lines, as SMTP, IMAP, POP3 and ManageSieve do. Each wait has a limit. */
export class Dialogue implements Disposable {
  #stream: Duplex;
  readonly #patience: number;
  #buffer = '';
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  /** `patience`: milliseconds to wait for an answer. */
  constructor(stream: Duplex, patience: number) {
    this.#stream = stream;
    this.#patience = patience;
    this.#listen();
  }

  #listen(): void {
    const stream = this.#stream;
    const mine = (act: () => void) => {
      if (stream === this.#stream) act();
      this.#wake();
    };
    stream.on('data', (chunk: Buffer) => mine(() => (this.#buffer += chunk.toString('latin1'))));
    stream.on('error', (error: Error) => mine(() => (this.#ended ??= error)));
    stream.on('close', () => mine(() => (this.#ended ??= new Error('the connection was closed'))));
  }

  write(line: string): void {
    this.#stream.write(`${line}\r\n`);
  }

  /** The next line. @throws Error where the connection ends first, or nothing comes in time. */
  async line(): Promise<string> {
    const end = Date.now() + this.#patience;
    for (;;) {
      const at = this.#buffer.indexOf('\n');
      if (at >= 0) {
        const line = this.#buffer.slice(0, at).replace(/\r$/, '');
        this.#buffer = this.#buffer.slice(at + 1);
        return line;
      }
      if (this.#ended !== undefined) throw this.#ended;
      if (Date.now() >= end) throw new Silence(`no answer within ${this.#patience / 1000} s`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, end - Date.now()));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Goes on encrypted. The certificate is looked at by the caller, not enforced here. */
  async encrypt(options: ConnectionOptions): Promise<TLSSocket> {
    const plain = this.#stream;
    plain.removeAllListeners('data');
    const secure = connectTls({ ...options, socket: plain, rejectUnauthorized: false });
    this.#stream = secure;
    this.#buffer = '';
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no TLS within the time')), this.#patience);
      secure.once('secureConnect', () => resolve());
      secure.once('error', reject);
      secure.once('close', () => reject(new Error('the connection was closed during the TLS handshake')));
    }).finally(() => clearTimeout(timer));
    this.#listen();
    return secure;
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }
}
