import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { Server, type ServerChannel } from 'ssh2';
import { type Item, workOf } from './work.ts';

/**
 * Hosts that are not there: SSH servers in one process, each at an address of its own of the loopback network, that answer
 * what this tool asks as hosts would where all is as it should be. Arguments: how many, how many things, the port.
 */
const [hosts = 0, things = 0, port = 0] = process.argv.slice(2).map(Number);

/** Where a host is. */
const addressOf = (index: number) => `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;

/** What a host prints that has the thing as it is wanted. */
function answerOf(item: Item): string {
  switch (item.kind) {
    case 'file':
      return `${item.mode.slice(1)} root 0 root 0 regular file\n${item.content}`;
    case 'directory':
      return `${item.mode.slice(1)} root 0 root 0 directory\n`;
    case 'service':
      return 'LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=no\nInactiveExitTimestamp=Wed 2026-11-25 10:00:00.000000 UTC\n';
    case 'package':
      return `${item.name} installed 1.0\n`;
  }
}
const ANSWERS = workOf(things).map(answerOf);

/** The last line of a script, after which a shell would end: stdin stays open for a password. */
const END = '\nbecome; exit\n';

/** A frame's answers: a share of stdout and of stderr for each question, and a mark after it. */
function reply(channel: ServerChannel, script: string): void {
  const [nonce = ''] = /provision-[0-9a-f]{24}/.exec(script) ?? [];
  const asked = (script.match(/^mark \d+ \$\?$/gm) ?? []).length;
  const mark = (name: number | string) => `\n${nonce} ${name} 0\n`;
  const shares = ANSWERS.slice(0, asked);
  channel.write(mark('start') + shares.map((answer, index) => answer + mark(index)).join(''));
  channel.stderr.write(mark('start') + shares.map((_, index) => mark(index)).join(''));
  channel.exit(0);
  channel.end();
}

const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'prime256v1',
  privateKeyEncoding: { type: 'sec1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

async function serve(address: string): Promise<void> {
  const server = new Server({ hostKeys: [privateKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (auth) =>
      auth.method === 'publickey' ? auth.accept() : auth.reject(['publickey']),
    );
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        const channel = acceptExec();
        let script = '';
        channel.setEncoding('utf8');
        channel.on('data', (text: string) => {
          script += text;
          if (script.endsWith(END)) reply(channel, script);
        });
      });
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
}

const addresses = Array.from({ length: hosts }, (_, index) => addressOf(index));
await Promise.all(addresses.map(serve));
console.log(JSON.stringify(addresses));
