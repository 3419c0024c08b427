import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Sshd extends AsyncDisposable {
  readonly port: number;
  /** What it has written since it was asked last, once all connections have ended. */
  readonly log: () => Promise<string>;
}

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Whether OpenSSH's server is on this machine and would run. */
export function hasSshd(hostKey: string): boolean {
  return spawnSync('sshd', ['-t', '-h', hostKey, '-f', '/dev/null'], { env }).status === 0;
}

/** OpenSSH's own server on a free port of the loopback, one for each connection (sshd(8), -i). It only lets in. */
export async function sshd(hostKey: string, ...settings: readonly string[]): Promise<Sshd> {
  const file = join(mkdtempSync(join(tmpdir(), 'provision-sshd-')), 'config');
  const usual = ['AuthorizedKeysFile none', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no'];
  const bare = ['UsePAM no', 'StrictModes no', 'PermitUserRC no', 'LogLevel VERBOSE', `HostKey ${hostKey}`];
  writeFileSync(file, [...settings, ...usual, ...bare].join('\n'));
  let said = '';
  const ends: Promise<unknown>[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn('sshd', ['-i', '-e', '-f', file], { env, stdio: [socket, socket, 'pipe'] });
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    ends.push(once(child, 'close'));
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log: async () => {
      await Promise.all(ends.splice(0));
      const text = said;
      said = '';
      return text;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}
