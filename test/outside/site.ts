import { connect, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { Dial } from '../../src/outside/index.ts';
import type { Admin } from './admin.ts';
import { selfSigned } from './certificate.ts';

export const HOSTNAME = 'mail.example.org';
export const POSTMASTER = 'postmaster@example.org';

type Say = (words: string) => void;
type Client = { readonly address: string; readonly say: Say; readonly encrypt: () => void };

/** The fronts of a site, which ask one admin, and have one mailbox. All clients come from `client`. */
export class Site implements AsyncDisposable {
  readonly mailbox: string[] = [];
  /** What was said on port 25 and 465, by all clients. */
  readonly told: string[] = [];
  /** Gives what is said of a message instead of taking it. */
  refuse: (message: string) => string | undefined = () => undefined;
  client = '198.51.100.7';
  /** Whether port 25 offers STARTTLS. */
  encrypts = true;
  readonly #admin: Admin;
  readonly #pem = selfSigned(HOSTNAME);
  readonly #servers: Server[] = [];
  readonly #ports = new Map<string, number>();

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  async start(fronts: readonly string[]): Promise<this> {
    for (const front of fronts) {
      await this.#listen(
        `${front} 25`,
        createPlainServer((socket) => this.#smtp(socket)),
      );
      await this.#listen(
        `${front} 465`,
        createTlsServer(this.#pem, (socket) => this.#submission(socket)),
      );
      await this.#listen(
        `${front} 993`,
        createTlsServer(this.#pem, (socket) => this.#imap(socket)),
      );
    }
    return this;
  }

  readonly reach =
    (front: string): Dial =>
    async (port) =>
      connect({ host: '127.0.0.1', port: this.#ports.get(`${front} ${port}`) ?? 1 });

  async #listen(name: string, server: Server): Promise<void> {
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    this.#ports.set(name, (server.address() as { port: number }).port);
  }

  /** nginx without logins, and Postfix behind it. */
  #smtp(socket: Socket): void {
    let encrypted = false;
    let message: string[] | undefined;
    this.#talk(socket, `220 ${HOSTNAME} ESMTP`, (line, { say, encrypt }) => {
      if (message !== undefined) {
        if (line !== '.') return void message.push(line);
        const text = message.join('\n');
        message = undefined;
        const refused = this.refuse(text);
        if (refused === undefined) this.mailbox.push(text);
        return say(refused ?? '250 2.0.0 queued');
      }
      this.told.push(line);
      const verb = line.split(' ')[0] ?? '';
      if (verb === 'AUTH') {
        this.#admin.authOn25(this.client);
        return say('502 5.5.1 AUTH not supported');
      }
      if (verb === 'EHLO')
        return say(
          `250-${HOSTNAME}\r\n250-SIZE 50000000${encrypted || !this.encrypts ? '' : '\r\n250-STARTTLS'}\r\n250 DSN`,
        );
      if (verb === 'STARTTLS' && this.encrypts) {
        encrypted = true;
        say('220 2.0.0 go on');
        return encrypt();
      }
      if (verb === 'RCPT') {
        if (!this.#admin.recipient(this.client, encrypted))
          return say('530 5.7.0 Must issue a STARTTLS command first');
        return say(line.includes(`<${POSTMASTER}>`) ? '250 ok' : '554 5.7.1 Relay access denied');
      }
      if (verb === 'DATA') {
        message = [];
        return say('354 go on');
      }
      say(verb === 'MAIL' || verb === 'QUIT' ? '250 ok' : '502 5.5.2 unknown');
    });
  }

  /** Dovecot's submission, which knows clients by their logins. */
  #submission(socket: Socket): void {
    this.#talk(socket, `220 ${HOSTNAME} Dovecot`, (line, { say }) => {
      this.told.push(line);
      const [verb, , token = ''] = line.split(' ');
      if (verb === 'EHLO') return say(`250-${HOSTNAME}\r\n250 AUTH PLAIN LOGIN`);
      if (verb !== 'AUTH') return say('530 5.7.0 Authentication required');
      const [, user = '', password = ''] = Buffer.from(token, 'base64').toString().split('\0');
      say(
        this.#admin.login(this.client, user, password) ? '235 2.7.0 in' : '535 5.7.8 Authentication failed',
      );
    });
  }

  #imap(socket: Socket): void {
    this.#talk(socket, '* OK Dovecot ready', (line, { say }) => {
      const [tag = '', verb = ''] = line.split(' ');
      if (verb === 'LOGIN') {
        const [, user = '', password = ''] = /"(.*)" "(.*)"$/.exec(line) ?? [];
        return say(
          `${tag} ${this.#admin.login(this.client, user, password) ? 'OK in' : 'NO [AUTHENTICATIONFAILED] no'}`,
        );
      }
      const id = /HEADER Message-ID "(\S+)"$/.exec(line)?.[1];
      if (id !== undefined) {
        const found = this.mailbox.findIndex((message) => message.includes(`<${id}>`));
        say(found < 0 ? '* SEARCH' : `* SEARCH ${found + 1}`);
      }
      say(`${tag} OK done`);
    });
  }

  #talk(plain: Socket, greeting: string, on: (line: string, client: Client) => void): void {
    let socket: Socket = plain;
    let rest = '';
    const say: Say = (words) => socket.writable && socket.write(`${words}\r\n`);
    const read = (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) on(line, { address: this.client, say, encrypt });
    };
    const encrypt = () => {
      plain.removeAllListeners('data');
      socket = new TLSSocket(plain, { isServer: true, ...this.#pem });
      socket.on('error', () => undefined);
      socket.on('data', read);
    };
    plain.on('error', () => undefined);
    plain.on('data', read);
    say(greeting);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server.close();
  }
}
