import { exec } from './lab.ts';

/** What a node's sshd itself has counted. */
export interface SshCounts {
  readonly connections: number;
  readonly execs: number;
}

/** A place in a node's log, to count from. */
export async function logCursor(name: string): Promise<string> {
  const { stdout } = await exec(name, 'journalctl --sync; journalctl -n 0 --show-cursor -q');
  return /cursor: (\S+)/.exec(stdout)?.[1] ?? '';
}

/** Counted from the lines that sshd writes at `LogLevel VERBOSE`. */
export async function countSince(name: string, cursor: string): Promise<SshCounts> {
  const { stdout } = await exec(
    name,
    `journalctl --sync; journalctl -q --after-cursor='${cursor}' -o cat -t sshd -t sshd-session`,
  );
  const lines = stdout.split('\n');
  return {
    connections: lines.filter((line) => /^Accepted \S+ for /.test(line)).length,
    execs: lines.filter((line) => /^Starting session: (command|shell|subsystem)/.test(line)).length,
  };
}
