import type { Readable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';

/** How a command has ended: by itself, or by a signal; neither where the connection was lost. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether something else had its output still, and it was not waited for. */
  readonly heldOpen: boolean;
}

/**
 * Milliseconds without output after which a command that has ended is not waited for any more. sshd tells the end of the command, and keeps
 * the session open for as long as anything else has its output, such as what a `.bashrc` or a step has left running.
 */
const QUIET = 2000;

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
      let ended: Ended = { code: null, signal: null, heldOpen: false };
      let quiet: NodeJS.Timeout | undefined;
      const end = () => {
        clearTimeout(quiet);
        resolve(ended);
      };
      channel.on('data', (chunk: Buffer) => {
        quiet?.refresh();
        onStdout(chunk);
      });
      channel.stderr.on('data', (chunk: Buffer) => {
        quiet?.refresh();
        onStderr(chunk);
      });
      channel.on('exit', (code: number | null, signal?: string) => {
        ended = { code: code ?? null, signal: signal ?? null, heldOpen: false };
        quiet = setTimeout(() => {
          ended = { ...ended, heldOpen: true };
          channel.close();
          end();
        }, QUIET);
      });
      channel.on('close', end);
      stdin.pipe(channel);
    });
  });
}
