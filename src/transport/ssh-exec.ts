import type { Readable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';

/** How a command has ended: by itself, or by a signal; neither where the connection was lost. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Runs a command in a session of its own, and hands its output on; nothing of that is kept. */
export function sshExec(
  connection: Client,
  command: string,
  {
    stdin,
    onStdout,
    onStderr,
    onChannel,
  }: {
    readonly stdin: Readable;
    readonly onStdout: (chunk: Buffer) => void;
    readonly onStderr: (chunk: Buffer) => void;
    readonly onChannel: (channel: ClientChannel) => void;
  },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.exec(command, (error, channel) => {
      connection.removeListener('error', reject);
      if (error !== undefined) return reject(error);
      onChannel(channel);
      let ended: Ended = { code: null, signal: null };
      channel.on('data', onStdout);
      channel.stderr.on('data', onStderr);
      channel.on('exit', (code: number | null, signal?: string) => {
        ended = { code: code ?? null, signal: signal ?? null };
      });
      channel.on('close', () => resolve(ended));
      stdin.pipe(channel);
    });
  });
}
